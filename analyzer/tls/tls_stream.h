/*
 * tls_stream.h - TLS on one TCP connection: finds where it starts, feeds both directions' records
 * into sessions, says when a session is over. The sink of packet/flow; emits to verdict/ through
 * pipeline.c.
 *
 * A connection usually holds one session; a new ClientHello in the clear after TLS ended begins
 * another (contract, table `sessions`).
 */
#ifndef ANALYZER_TLS_TLS_STREAM_H
#define ANALYZER_TLS_TLS_STREAM_H

#include "analyzer/packet/flow.h"
#include "analyzer/tls/session.h"

/* Told of each session once, when it is over; the session is destroyed afterwards. `first` views of
 * both sides are for labelling (nDPI); why says how its flow ended. */
struct tls_sink {
	void *ctx;
	void (*session)(void *ctx, struct tls_session *s, enum flow_end why);
	/* Bytes at the beginning of a session that showed a hello; may be NULL. */
	void (*opened)(void *ctx, struct tls_session *s, enum tls_side side, struct bytes first);
};

struct tls_wing {
	struct tls_run *run;
	struct tls_sink sink;
	bool failed; /* memory was short */
};

/* The flow_sink that recognises and reads TLS. wing outlives the flow table. */
struct flow_sink tls_wing_sink(struct tls_wing *wing);

/* For framing.c. */
struct tls_stream;
void tls_stream_step(struct tls_stream *t, const struct step *step);
void tls_stream_message(struct tls_stream *t, const struct step *step, struct bytes body);
void tls_stream_foreign(struct tls_stream *t, enum tls_side side, uint64_t at, struct bytes data,
			const struct flow_mark *mark);
void tls_stream_limit(struct tls_stream *t);

#endif
