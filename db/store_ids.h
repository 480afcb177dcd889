/*
 * store_ids.h - ids of what a session's rows refer to: dictionary rows, found or made.
 * Between store_session.c and dictionary.h. All give false for a fault.
 */
#ifndef DB_STORE_IDS_H
#define DB_STORE_IDS_H

#include "db/store_impl.h"

/* For a key, what stands for a text: its address or a number. constant: see enum outcome_constant.
 */
static inline uint64_t
store_ids_text(struct store *s, const char *text, bool constant)
{
	/* an odd and an even number, so that neither is taken for the other */
	return constant && !s->copied ? (uint64_t)(uintptr_t)text << 1 | 1
				      : dictionary_text_number(s->dictionary, text) << 1;
}

bool store_ids_name(struct store *s, const char *text, int64_t *id); /* NULL gives 0 */
bool store_ids_sentence(struct dictionary *c, const char *text, size_t len, int64_t *id);
/* The explanation, which is constant. */
bool store_ids_constant(struct store *s, const char *text, int64_t *id);
bool store_ids_profile(struct store *s, const struct outcome *o, int64_t *id);
bool store_ids_answer(struct store *s, const struct outcome *o, const struct outcome_attempt *a,
		      int64_t *id);
bool store_ids_conclusion(struct store *s, const struct outcome *o, int64_t *id);
bool store_ids_step(struct store *s, const struct outcome_message *m, int64_t *id);
/* Without frames. ms: {ms} in its basis stands for the story's. */
bool store_ids_claim(struct dictionary *c, const struct outcome_fact *f, bool ms, int64_t *id);
/* sentences: ids of explanation, server_fix and client_fix; 0 none. Without frames. */
bool store_ids_diagnosis(struct store *s, const struct outcome_finding *f,
			 const int64_t sentences[3], int64_t *id);
/* Keeps the id in *c for the next session. */
bool store_ids_certificate(struct store *s, struct outcome_certificate *c, int64_t *id);
/* certificates: a JSON array of ids, len bytes. */
bool store_ids_chain(struct store *s, enum tls_side role, const char *certificates, size_t len,
		     int64_t *id);
bool store_ids_request(struct store *s, const struct outcome_request *r, int64_t *id);

#endif
