/*
 * store_rows.h - writing one session: its own row, its story, its findings.
 * Between store_session.c, which makes the lists and finds the ids, and SQLite.
 */
#ifndef DB_STORE_ROWS_H
#define DB_STORE_ROWS_H

#include "db/store_sentence.h"

/* What a session's rows refer to. */
struct store_references {
	int64_t profile, answer, conclusion, sni, eap_identity;
	int64_t client_certificate, server_certificate; /* leaves of the headline; 0 none */
	unsigned signs;                                 /* enum relate_sign */
	struct store_cut ms;                            /* that its explanation names */
};

enum { STORE_FRAMES_MAX = OUTCOME_FRAMES_MAX * (TEXT_INT_MAX + 1) };

/* For pass 2; bits of enum relate_sign. */
unsigned store_rows_signs(const struct outcome *o);
/* A comma list; *t has room for STORE_FRAMES_MAX bytes. */
void store_rows_frames(struct text *t, const struct outcome_frames *f);
/* Of the session s->next_session (store_finding.c). */
bool store_finding_insert(struct store *s, const struct outcome_finding *f);
/* The session is s->next_session, its lists are in *s. */
bool store_rows_insert(struct store *s, const struct outcome *o, const struct store_references *r);

#endif
