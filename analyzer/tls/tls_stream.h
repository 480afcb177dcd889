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
#include "dissectors/tls/record.h"

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

/* For framing.c, assembler.c and opened.c. */
struct tls_stream;
/* Where the next step is to be written, as a whole: session_room(). */
struct step *tls_stream_room(struct tls_stream *t);
void tls_stream_step(struct tls_stream *t, const struct step *step);
/* Likewise, for a message of this type. It may begin another session, of which *sender is then the
 * client. NULL when memory is short. */
struct step *tls_stream_message_room(struct tls_stream *t, uint8_t type, bool decrypted,
				     enum tls_side *sender);
/* step: is completed on the way into the trace. */
void tls_stream_message(struct tls_stream *t, struct step *step, struct bytes body);
/* An encrypted record. raw: the step to note when it can't be opened; body: NULL when it was not
 * captured whole or not kept. */
void tls_stream_sealed(struct tls_stream *t, const struct step *raw,
		       const struct tls_record_header *header, const struct bytes *body);
/* Application data that was opened: looked at for a server's refusal, not kept. */
void tls_stream_text(struct tls_stream *t, const struct step *step, struct bytes data);
/* Record headers were lost: how many records went by is not known. */
void tls_stream_lost(struct tls_stream *t, enum tls_side side);
void tls_stream_limit(struct tls_stream *t);

#endif
