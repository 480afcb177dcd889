/*
 * assembler.h - handshake messages, put together from the records of one direction.
 * Fed by framing.c with plaintext records and by opened.c with decrypted ones; hands whole messages
 * to tls_stream.c. RFC 8446 section 5.1, RFC 5246 section 6.2.1.
 */
#ifndef ANALYZER_TLS_ASSEMBLER_H
#define ANALYZER_TLS_ASSEMBLER_H

#include "analyzer/tls/trace.h"
#include "dissectors/wire/bytes.h"

struct tls_stream;

struct assembler {
	uint8_t
	    *message; /* header and body of the one in hand; owned, grows to TRACE_MESSAGE_MAX */
	size_t len, cap;
	uint64_t at;      /* its stream offset */
	uint64_t discard; /* bytes of the current message still to drop */
	bool desync;      /* message boundaries unknown until the next record */
};

/* Bytes of handshake messages, as one record or a part of it holds them. */
struct fragment {
	enum tls_side sender;
	bool decrypted, resynced;     /* see struct step */
	const struct flow_mark *mark; /* borrowed */
	uint64_t at;                  /* of the record; only when decrypted */
	uint64_t end;                 /* stream offset behind `in`, or decrypted: of the record */
	struct bytes in;
};

void assembler_finish(struct assembler *a);
void assembler_feed(struct assembler *a, struct tls_stream *s, struct fragment *f);
/* The message in hand can't be completed: what its header said is told. */
void assembler_give_up(struct assembler *a, struct tls_stream *s, const struct fragment *f);
/* `len` bytes of handshake messages are missing; f->in is empty. */
void assembler_gap(struct assembler *a, struct tls_stream *s, const struct fragment *f,
		   uint64_t len);
/* Forget the message in hand, silently. */
void assembler_reset(struct assembler *a);
/* A new record of handshake messages begins. */
void assembler_record(struct assembler *a);
/* Do these bytes hold whole messages of known types, up to the last byte? */
bool assembler_fills(struct bytes in);

#endif
