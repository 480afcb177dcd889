/*
 * decrypt.h - opens the encrypted records of one session, once its secrets are known.
 * Between tls_stream.c, which hands in records, and opened.c, which reads what was inside. Until
 * the secret and the ServerHello are there, records of the handshake are held back. Nothing of this
 * costs a session without secrets.
 */
#ifndef ANALYZER_TLS_DECRYPT_H
#define ANALYZER_TLS_DECRYPT_H

#include "analyzer/tls/framing.h"
#include "analyzer/tls/opened.h"
#include "analyzer/tls/session.h"

enum {
	DECRYPT_HELD_MAX = 64 * 1024,             /* of one direction */
	DECRYPT_HELD_ALL_MAX = 256 * 1024 * 1024, /* of all sessions of a run */
	DECRYPT_TEXT_RECORDS = 8, /* application records looked at for a refusal, per direction */
};

struct decrypt;

/* A record held back, with the step that stands for it in the trace. */
struct held {
	struct held *next;
	const struct step *raw;
	struct tls_record_header header;
	bool whole;
	uint8_t body[];
};

/* When a ClientHello was read. NULL when nothing can open this session, or memory is short. */
struct decrypt *decrypt_create(struct tls_session *s);
void decrypt_destroy(struct decrypt *d); /* takes NULL; wipes */

/* Records are held back. */
bool decrypt_waiting(const struct decrypt *d);
/* Stop waiting if everything is there. True when it was: the records held back are the caller's
 * (decrypt_take_held) to feed again. */
bool decrypt_start(struct decrypt *d);
/* The flow ends: no secret will come any more. */
bool decrypt_start_late(struct decrypt *d);
void decrypt_hold(struct decrypt *d, const struct step *raw, const struct tls_record_header *h,
		  const struct bytes *body);
/* In order of arrival. Release each with decrypt_release. */
struct held *decrypt_take_held(struct decrypt *d);
void decrypt_release(struct decrypt *d, struct held *h);

/* Open a record. False when it can't be; body NULL: it went by unseen. What is opened lives until
 * the next call. */
bool decrypt_open(struct decrypt *d, const struct step *raw, const struct tls_record_header *h,
		  const struct bytes *body, struct opened *out);
/* Record headers were lost. */
void decrypt_lost(struct decrypt *d, enum tls_side side);
/* A ChangeCipherSpec was read, in the clear or opened. */
void decrypt_change(struct decrypt *d, enum tls_side side);
/* A message was opened; step is in the trace. */
void decrypt_message(struct decrypt *d, const struct step *step);

/* Which records of this direction decrypt_open can make use of. */
enum framing_opening decrypt_opening(const struct decrypt *d, enum tls_side side);

#endif
