/*
 * tls_stream_impl.h - one connection, as tls_stream.c and tls_wing.c share it. For them only;
 * run.c keeps its memory.
 */
#ifndef ANALYZER_TLS_TLS_STREAM_IMPL_H
#define ANALYZER_TLS_TLS_STREAM_IMPL_H

#include "analyzer/tls/framing.h"
#include "analyzer/tls/search.h"
#include "analyzer/tls/tls_stream.h"
#include "analyzer/tls/unwrap.h"

enum mode {
	MODE_SEARCH,  /* TLS has not begun in this direction, or has ended */
	MODE_RECORDS, /* framing reads it */
	MODE_DONE,    /* of no interest any more */
};

/* Bytes missing before a direction's TLS was found; one range is enough to know that some are. */
struct lost {
	uint64_t from, to;
	struct flow_mark mark;
};

struct tls_stream {
	struct tls_wing *wing;
	struct flow *flow;
	struct unwrap *unwrap;       /* NULL: no direction looks like a carrier's */
	struct tls_session *session; /* NULL until a hello */
	enum mode mode[FLOW_DIR_COUNT];
	bool later;   /* the session is not the connection's first */
	bool told;    /* a session was passed on */
	bool records; /* some direction begins like a TLS record, with a hello or without */
	unsigned restarts[FLOW_DIR_COUNT]; /* a carrier began another TLS session */
	struct lost lost[FLOW_DIR_COUNT];
	struct framing framing[FLOW_DIR_COUNT];
	struct search search[FLOW_DIR_COUNT];
	/* what few streams need: */
	struct resync lost_headers[FLOW_DIR_COUNT];  /* framing's */
	struct resync first_headers[FLOW_DIR_COUNT]; /* search's */
};

/* Offsets are those of the TLS stream: the flow's, or what unwrap made of them. */
void tls_stream_data(struct tls_stream *t, const struct flow_data *d);
void tls_stream_gap(struct tls_stream *t, enum flow_dir d, uint64_t at, uint64_t len,
		    const struct flow_mark *mark);
void tls_stream_restart(struct tls_stream *t, enum flow_dir d);
void tls_stream_end(struct tls_stream *t, enum flow_end why);

/* tls_stream_session.c: a session of its own, false when memory is short; bytes that were missing
 * before direction d was read become a step; the session is over; a ClientHello in the clear begins
 * the next; this direction sent a ClientHello: false when the other is the client already. */
bool tls_stream_open(struct tls_stream *t, enum flow_dir client);
void tls_stream_add_lost(struct tls_stream *t, enum flow_dir d);
void tls_stream_emit(struct tls_stream *t, enum flow_end why);
void tls_stream_next(struct tls_stream *t, enum flow_dir client);
bool tls_stream_be_client(struct tls_stream *t, enum flow_dir client);

/* tls_open.c: tell framing which bodies are of use now; a hello in the clear was read; the session
 * is over, secrets that have come by now count. */
void tls_stream_set_opening(struct tls_stream *t);
void tls_stream_hello(struct tls_stream *t);
void tls_stream_open_late(struct tls_stream *t);

#endif
