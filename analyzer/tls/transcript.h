/*
 * transcript.h - the handshake messages of a session as they were hashed by its ends.
 * Filled by session.c; read by finished.c and verdict/proof.c to check what rests on the
 * transcript: Finished, CertificateVerify, the extended master secret. Kept only while that may be
 * asked, and never more than the limits below. RFC 8446 section 4.4.1, RFC 5246 section 7.4.8.
 */
#ifndef ANALYZER_TLS_TRANSCRIPT_H
#define ANALYZER_TLS_TRANSCRIPT_H

#include <stdbool.h>

#include "analyzer/tls/trace.h"
#include "dissectors/tls/names.h"
#include "dissectors/wire/bytes.h"

enum {
	TRANSCRIPT_MAX = 256 * 1024,           /* of one session */
	TRANSCRIPT_ALL_MAX = 64 * 1024 * 1024, /* of all sessions of a run */
};

struct tls_run;
struct tls_session;

struct transcript {
	uint8_t *data; /* messages with their headers, in order of arrival */
	size_t len, cap;
	bool over; /* no longer kept: not needed, or a limit */
};

/* Where the message can be found again (struct step's kept_at); 0 when it is not kept. */
uint32_t transcript_keep(struct transcript *t, struct tls_run *run, const struct step *step,
			 struct bytes body);
/* Not needed any more. */
void transcript_drop(struct transcript *t, struct tls_run *run);

/* Where the transcript of one handshake ends. */
struct transcript_end {
	unsigned handshake;       /* 0: the first, 1: the first renegotiation ... */
	const struct step *until; /* this message and what follows it are not part of it ... */
	bool inclusive;           /* ... unless inclusive, then it is the last */
	enum tls_hash hash;       /* of HelloRetryRequest's synthetic message */
};

/*
 * The messages of a handshake in the order of the protocol: hellos, the server's flight, the
 * client's; in TLS 1.3 with a CertificateRequest after Finished: then that and the client's answer.
 * Empty when one of them was not captured, not kept, or memory is short. Borrows from what is kept,
 * or lives in the arena.
 */
struct bytes transcript_build(struct tls_session *s, const struct transcript_end *end);

#endif
