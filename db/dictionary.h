/*
 * dictionary.h - ids of things that are stored once by content: a bounded cache over tables.
 * Between store_session.c, which asks for each session's dozens of ids, and SQLite.
 *
 * The caller builds a key of the content and asks dictionary_cached(); on a miss it gives the
 * content as values to dictionary_resolve(), which finds or makes the row. Contents are compared,
 * never hashes alone. Full, the cache starts anew: the tables know everything.
 */
#ifndef DB_DICTIONARY_H
#define DB_DICTIONARY_H

#include "db/database.h"

#include <stddef.h>

enum dictionary_table {
	DICTIONARY_NAME,
	DICTIONARY_SENTENCE,
	DICTIONARY_PROFILE,
	DICTIONARY_ANSWER,
	DICTIONARY_CONCLUSION,
	DICTIONARY_STEP,
	DICTIONARY_CLAIM,
	DICTIONARY_CHAIN,
	DICTIONARY_REQUEST,
	DICTIONARY_CERTIFICATE,
	DICTIONARY_LADDER,
	DICTIONARY_FACT_LIST,
	DICTIONARY_DIAGNOSIS,
	DICTIONARY_FINDING_LIST,
	DICTIONARY_COUNT,
	DICTIONARY_TEXTS, /* no table: numbers of texts, in memory only */
};

enum { DICTIONARY_PARTS_MAX = 12, DICTIONARY_COLUMNS_MAX = 24 };

/* Content in parts that borrow: valid while the caller's strings are. */
struct dictionary_key {
	uint64_t head; /* table, and which texts are NULL */
	uint64_t number;
	uint64_t hash;         /* of number and parts */
	size_t len;            /* of all parts */
	unsigned count, texts; /* parts; texts, NULL ones too */
	struct {
		const void *data;
		size_t len;
	} parts[DICTIONARY_PARTS_MAX];
};

/* A column's value. */
enum dictionary_type { DICTIONARY_NULL, DICTIONARY_INTEGER, DICTIONARY_TEXT, DICTIONARY_BLOB };
struct dictionary_value {
	enum dictionary_type type;
	int64_t number;
	const void *data;
	size_t len;
};

struct dictionary; /* all tables together */

/* NULL without memory. open prepares the statements, close forgets everything. */
struct dictionary *dictionary_create(void);
void dictionary_destroy(struct dictionary *c);
bool dictionary_open(struct dictionary *c, struct database *d);
void dictionary_close(struct dictionary *c);
/* In SQL, content_digest(columns...) is the `digest` of a row with these contents. */
/* After a rollback, or when another process wrote: ids may be gone. */
void dictionary_forget(struct dictionary *c);

/* number: whatever fits in 64 bits; texts and bytes are added after it. */
void dictionary_key_begin(struct dictionary_key *k, enum dictionary_table table, uint64_t number);
void dictionary_key_text(struct dictionary_key *k, const char *s); /* NULL differs from "" */
void dictionary_key_bytes(struct dictionary_key *k, const void *data, size_t len);

/* Odd, so never 0. */
uint64_t dictionary_key_hash(const struct dictionary_key *k);

/* 0: not cached. */
int64_t dictionary_cached(const struct dictionary *c, const struct dictionary_key *k);
/* For keys, what stands for a text: equal texts have equal numbers (mostly: what was forgotten gets
 * another), different ones never. 0: NULL. Cheapest for a text that stands where it stood before.
 */
uint64_t dictionary_text_number(struct dictionary *c, const char *text);
/* Finds or inserts the row with these values (as many as the table has columns beside id). For
 * REQUEST and CERTIFICATE the first column alone identifies the row. *made: it is new. */
bool dictionary_resolve(struct dictionary *c, const struct dictionary_key *k,
			const struct dictionary_value *values, int64_t *id, bool *made);

static inline struct dictionary_value
dictionary_number(int64_t v)
{
	return (struct dictionary_value){.type = DICTIONARY_INTEGER, .number = v};
}
static inline struct dictionary_value
dictionary_number_or_null(int64_t v, int64_t null)
{
	return (struct dictionary_value){v == null ? DICTIONARY_NULL : DICTIONARY_INTEGER, v, 0, 0};
}
struct dictionary_value dictionary_text(const char *s); /* NULL gives SQL NULL */
struct dictionary_value dictionary_blob(const void *data, size_t len);

#endif
