/*
 * store_impl.h - what the files of the store share; nobody else includes it.
 * store.c opens and closes, store_capture.c holds captures and files, store_session.c emits
 * through store_ids.c and store_rows.c.
 */
#ifndef DB_STORE_IMPL_H
#define DB_STORE_IMPL_H

#include "db/database.h"
#include "db/dictionary.h"
#include "db/numbers.h"
#include "db/relate.h"
#include "db/row_batch.h"
#include "db/store.h"

/* Statements kept for the life of an open store; their SQL is in store.c. */
enum store_statement {
	STORE_BEGIN,
	STORE_COMMIT,
	STORE_ROLLBACK,
	STORE_DATA_VERSION,
	STORE_NEXT_IDS,
	STORE_CAPTURE_INSERT,
	STORE_FINDING_INSERT,
	STORE_REQUEST_ITEM_INSERT,
	STORE_WITHOUT_TLS_INSERT,
	STORE_INCIDENT_UPSERT,
	STORE_FILE_FIND,
	STORE_FILE_UPSERT,
	STORE_FILE_UNLINK,
	STORE_FILE_DONE,
	STORE_NAME_UPSERT,
	STORE_FIRST_NAME,
	STORE_PART_INSERT,
	STORE_FIND_BY_FILE,
	STORE_FIND_BY_CONTENT,
	STORE_RANDOMS,
	STORE_SET_SHA256,
	STORE_STATEMENT_COUNT
};

/* Ladder, facts and findings of the session being emitted (store_lists.c). */
struct store_lists {
	int64_t ladder, facts, findings; /* ids; 0: empty */
	struct numbers frames, times;    /* moments */
	struct numbers sizes;            /* lengths and repeats that no other session would have */
	struct text values;              /* of facts, a JSON array; empty: none */
	struct numbers diagnoses;        /* of findings being made: their ids */
	struct text key, items; /* of the list being made: what finds it, how it is written */
};

struct store {
	struct database d;
	struct dictionary *dictionary;
	sqlite3_stmt *statements[STORE_STATEMENT_COUNT];
	uint64_t generation; /* of the ids kept in outcome_certificate */
	int64_t data_version;
	bool in_capture, failed;
	bool copied; /* the outcome being emitted: its constants are not where they were */
	int64_t capture_id, first_session, next_session;
	/* the lists of the session being emitted, and one chain's */
	struct text attempts, chains, requests, chain;
	struct store_lists lists;
	struct text sentence;                      /* without the number it names */
	struct row_batch session_rows, story_rows; /* of the capture, not yet in the tables */
	struct relate_sessions sessions;           /* of the capture, for pass 2 */
	unsigned parts;                            /* of the capture, told so far */
};

/* "... = id" or "... IN (ids)": a capture is called by the first of its names in byte order,
 * whichever came first in time; a rotated one by its first part's. */
#define STORE_PATH_OF                                                                         \
	"UPDATE main.capture SET (path, abs_path) = (SELECT n.path, n.abs_path FROM "         \
	"main.capture_name n WHERE n.capture_id = capture.id AND coalesce(n.part_no, 1) = 1 " \
	"ORDER BY n.abs_path LIMIT 1) WHERE id "

void store_lists_finish(struct store_lists *l);
/* Batches of the sessions' rows, which close before the database; the tables have all rows after a
 * flush, drop forgets the others (store_rows.c). */
bool store_rows_open(struct store *s);
void store_rows_close(struct store *s);
bool store_rows_flush(struct store *s);
void store_rows_drop(struct store *s);
/* Ids kept so far are no longer good. */
void store_forget(struct store *s);
/* A name of the capture, of the part if that is not 0. file may be NULL. */
bool store_put_name(struct store *s, int64_t capture_id, const char *path, const char *abs_path,
		    const struct store_file *file, unsigned part_no);
/* What only deleted captures referred to goes (store_sweep.c). */
bool store_sweep(struct store *s);
/* Captures that are nothing but parts of this one go (store_parts.c). */
bool store_supersede(struct store *s);
/* The capture that is being stored is in the incident of one that goes for it, too. */
bool store_keep_incident(struct store *s, int64_t old);
/* Deletes a capture and everything below it; inside a transaction. */
bool store_capture_delete(struct store *s, int64_t id);

#endif
