/*
 * row_batch.h - rows of one table, kept until SQLite takes many of them in one statement.
 * Between store_rows.c and SQLite: to begin and end a statement, and to find the table's end, costs
 * it a third of what a small row does.
 *
 * Rows are appended: each key is one more than that before, the first one more than the table's
 * last; flushing fails if it is not so. What reads the table in the same transaction flushes first.
 * When that fails, the rows before the bad one are in the table: the caller rolls back.
 */
#ifndef DB_ROW_BATCH_H
#define DB_ROW_BATCH_H

#include "db/database.h"
#include "db/text.h"

enum {
	ROW_BATCH_ROWS = 512,        /* no more are kept, */
	ROW_BATCH_BYTES = 256 << 10, /* nor, but for the last row, more of text and blobs */
};

struct row_batch {
	sqlite3_stmt *insert;
	const char *columns;            /* as given */
	size_t width;                   /* how many they are */
	struct row_batch_value *values; /* of the rows side by side */
	size_t count;
	struct text bytes; /* of text and blobs */
	int64_t key;       /* of the last row */
	bool no_memory;    /* for a value of the row that is being made */
};

/* table, key (its INTEGER PRIMARY KEY) and columns ("a, b"), which are all of it: in SQL; columns
 * must outlive the batch. Only this connection sees the virtual table TABLE_rows, which SQLite
 * reads the batch from, and no view or trigger may name it. */
bool row_batch_open(struct row_batch *b, struct database *d, const char *table, const char *key,
		    const char *columns);
/* Before the database is closed; what is kept is dropped. Takes a batch that was never opened. */
void row_batch_close(struct row_batch *b);

/* A row is all of its values, in the order of the columns, and its end. Text and blobs are copied;
 * NULL data is SQL's NULL. */
void row_batch_null(struct row_batch *b);
void row_batch_int(struct row_batch *b, int64_t v);
void row_batch_text(struct row_batch *b, const char *data, size_t len);
void row_batch_blob(struct row_batch *b, const void *data, size_t len);
/* Flushes when there is enough. */
bool row_batch_end(struct row_batch *b, struct database *d, int64_t key);
bool row_batch_flush(struct row_batch *b, struct database *d);
/* Without the rows that are kept, and the values of one that is not complete. */
void row_batch_drop(struct row_batch *b);

#endif
