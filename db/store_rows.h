/*
 * store_rows.h - writing one session: its own row and its story.
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

/* For pass 2; bits of enum relate_sign. */
unsigned store_rows_signs(const struct outcome *o);
/* The session is s->next_session, its lists are in *s. The tables have it after
 * store_rows_flush(). */
bool store_rows_insert(struct store *s, const struct outcome *o, const struct store_references *r);

#endif
