/*
 * opened.h - what was inside an encrypted record, read like what came in the clear.
 * Between decrypt.c, which opens records, and tls_stream.c, which is told of messages and alerts.
 */
#ifndef ANALYZER_TLS_OPENED_H
#define ANALYZER_TLS_OPENED_H

#include "analyzer/tls/assembler.h"

struct opened {
	uint8_t type; /* enum tls_content_type */
	struct bytes data;
};

/* Handshake messages that stood in the record `raw`; raw is borrowed. */
struct fragment opened_fragment(const struct step *raw, struct bytes data);
/* raw: the step of the record as it was on the wire. Application data is only looked at for a
 * server's refusal (refusal.h); it is not kept. */
void opened_read(struct tls_stream *s, struct assembler *a, const struct step *raw,
		 const struct opened *o);

#endif
