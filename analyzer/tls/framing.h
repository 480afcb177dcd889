/*
 * framing.h - one direction of a TLS stream: records, and the handshake messages split over them.
 * Fed by tls_stream.c in stream order; tells tls_stream.c of messages, alerts and records.
 *
 * Plaintext handshake messages are put together and handed on whole; of everything encrypted only
 * the header is followed. Bytes of encrypted bodies are skipped (flow_skip), so that a finished
 * handshake costs one compare per packet. RFC 8446 section 5, RFC 5246 section 6.
 */
#ifndef ANALYZER_TLS_FRAMING_H
#define ANALYZER_TLS_FRAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/packet/flow.h"
#include "analyzer/tls/assembler.h"
#include "analyzer/tls/resync.h"
#include "analyzer/tls/trace.h"
#include "dissectors/tls/record.h"

struct tls_stream;

enum framing_state {
	FRAMING_HEADER,  /* at a record header, or inside it */
	FRAMING_PROBE,   /* first bytes of a handshake record that may or may not be encrypted */
	FRAMING_MESSAGE, /* in a plaintext handshake record */
	FRAMING_SHORT,   /* in a readable alert or a ChangeCipherSpec */
	FRAMING_SEALED,  /* in a record whose body is not read */
	FRAMING_LOST,    /* a hole hid a header: looking for headers */
	FRAMING_FOREIGN, /* what follows is no TLS record */
};

/* Which encrypted records tls_stream_sealed() is given with their bodies. Small ones may be alerts
 * and key updates; of TLS 1.2 and older all that are not application data are wanted, too. */
enum framing_opening { FRAMING_OPEN_NOTHING, FRAMING_OPEN_SMALL, FRAMING_OPEN_ALL };

enum { FRAMING_SMALL_MAX = 64 };

struct framing {
	enum framing_state state;
	enum framing_opening opening;
	uint8_t head[TLS_RECORD_HEADER_LEN]; /* header, then the first bytes of a probed or short
						body */
	uint8_t head_len;
	struct tls_record_header record;
	bool sealed;   /* this sender has sent ChangeCipherSpec */
	bool resynced; /* headers were lost once */
	bool kept;     /* the body of the record in hand is collected */
	uint64_t record_at, record_end;
	struct assembler assembler; /* of handshake messages */
	uint64_t foreign_at;
	uint8_t *body; /* TLS_CIPHERTEXT_MAX bytes; NULL until needed */
	size_t body_len;
	struct resync *resync; /* in FRAMING_LOST; borrowed */
};

/* As if nothing had been read yet. */
void framing_init(struct framing *f, struct resync *resync);
/* Ready at a record header. */
void framing_start(struct framing *f);
/* Ready to look for headers, as after a hole. */
void framing_start_lost(struct framing *f);
/* Release what it holds. */
void framing_finish(struct framing *f);

/* The next view of direction `side`. Returns the stream offset before which nothing is of interest
 * (for flow_skip), 0 when all is. In FRAMING_FOREIGN it reads no further: the view from foreign_at
 * on is the caller's. */
uint64_t framing_data(struct framing *f, struct tls_stream *s, enum tls_side side,
		      const struct flow_data *d);
/* Go on at the third of the headers that `found` holds; d is the view in which it was found. */
uint64_t framing_adopt(struct framing *f, struct tls_stream *s, enum tls_side side,
		       const struct resync *found, const struct flow_data *d);
/* The stream is over, at offset `at`: what was begun is noted as cut. */
void framing_cut(struct framing *f, struct tls_stream *s, enum tls_side side, uint64_t at,
		 const struct flow_mark *mark);
void framing_gap(struct framing *f, struct tls_stream *s, enum tls_side side, uint64_t at,
		 uint64_t len, const struct flow_mark *mark);

#endif
