/*
 * store_lists.h - a session's ladder, facts and findings: lists that many sessions share, stored
 * once, and beside them what is the session's own. How both are written is in schema.sql. Between
 * store_session.c and store_ids.c. All give false for a fault.
 *
 * Most lists are known: each is found by one lookup, whose key holds numbers that stand for the
 * words. Only a new one is written as ids.
 */
#ifndef DB_STORE_LISTS_H
#define DB_STORE_LISTS_H

#include "db/store_ids.h"
#include "db/store_sentence.h"

/* Fills s->lists. ms: what the session's explanation names. */
bool store_lists_make(struct store *s, const struct outcome *o, const struct store_cut *ms);

/* --- of store_ladder.c, store_facts.c, store_findings.c -------------------------------------- */

enum { STORE_LISTS_ITEM = 8 + 6 * (TEXT_INT_MAX + 1) }; /* six numbers with their marks, quotes */

bool store_lists_ladder(struct store *s, const struct outcome *o);
/* After the ladder. */
bool store_lists_facts(struct store *s, const struct outcome *o, const struct store_cut *ms);
/* After both; they stand in the order of their ranks, which count from 1. */
bool store_lists_findings(struct store *s, const struct outcome *o);

bool store_lists_no_memory(struct store *s); /* false */
/* An empty s->lists.key with room for so many records. Their bytes are the key: they have no
 * padding. */
bool store_lists_begin(struct store *s, size_t records, size_t size);
/* Where the next record is written, for a copy would wait for what was written; it belongs to the
 * key once s->lists.key.len counts it. Aligned for multiples of eight bytes. */
static inline void *
store_lists_record(struct store *s)
{
	return s->lists.key.data + s->lists.key.len;
}
/* The list of that key; 0: not known yet, and *k is what dictionary_resolve() takes for it. */
int64_t store_lists_known(struct store *s, enum dictionary_table table, struct dictionary_key *k);
/* For a key, what stands for a sentence as it is stored: without what is cut. */
bool store_lists_cut(struct store *s, const char *text, const struct store_cut *cut,
		     uint64_t *number);
static inline bool
store_lists_sentence(struct store *s, const char *text, bool constant, const struct store_cut *cut,
		     uint64_t *number)
{
	if (cut->len > 0)
		return store_lists_cut(s, text, cut, number);
	*number = store_ids_text(s, text, constant);
	return true;
}
/* The number of a moment: after the session's first frame and start; of facts and findings only the
 * frame is known. A new one is added. */
bool store_lists_moment(struct store *s, int64_t frame, int64_t ns, uint32_t *moment);
bool store_lists_moment_of_frame(struct store *s, int64_t frame, uint32_t *moment);
/* [" or ," with the id, and the attempt when it is not the first; `more` bytes have room, too. */
bool store_lists_item(struct store *s, int64_t id, unsigned attempt_no, size_t more);
/* The list's bracket. */
bool store_lists_end(struct store *s);
/* Ends the list and finds or makes its row; digits: of a moment in it. */
bool store_lists_resolve(struct store *s, const struct dictionary_key *k, size_t digits,
			 int64_t *id);

#endif
