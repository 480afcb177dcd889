/*
 * trace.h - what one session showed, step by step: messages, alerts, records, holes, closes.
 * Filled by framing.c and session.c while the stream is read; read once by verdict/ when it is
 * over.
 *
 * Each direction is a list in stream order. The order between directions is not the order of
 * arrival: trace_merge() restores it from TCP acknowledgements.
 */
#ifndef ANALYZER_TLS_TRACE_H
#define ANALYZER_TLS_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/arena.h"
#include "analyzer/outcome.h"
#include "analyzer/packet/flow.h"

enum step_kind {
	STEP_MESSAGE,          /* a handshake message in the clear; type is its HandshakeType */
	STEP_ALERT,            /* a readable alert: level, code */
	STEP_CCS,              /* a ChangeCipherSpec in the clear */
	STEP_SEALED_HANDSHAKE, /* an encrypted record of type handshake (TLS <= 1.2 after CCS) */
	STEP_OPAQUE_HANDSHAKE, /* a handshake record after lost bytes: encrypted or not, who knows
				*/
	STEP_SEALED_ALERT,     /* an encrypted record of type alert */
	STEP_SEALED_CCS,       /* an encrypted ChangeCipherSpec: a renegotiation switches keys */
	STEP_APPLICATION,      /* a record of type application_data, whatever is inside (TLS 1.3) */
	STEP_HEARTBEAT,
	STEP_FOREIGN, /* bytes that are no TLS records, after TLS or instead of it */
	STEP_GAP,     /* bytes the capture lacks */
	STEP_FIN,
	STEP_RST,
} __attribute__((packed)); /* sessions wait with all their steps: they are kept small */

/* Limits of one session; reaching one sets trace.limit. */
enum {
	TRACE_STEPS_MAX = 1024, /* per direction */
	TRACE_FOLD_AFTER = 64,  /* application records of a run kept one by one, then folded */
	TRACE_MESSAGE_MAX = 256 * 1024, /* a larger handshake message is noted, not read */
};

struct step {
	struct step *next; /* same sender, later in the stream */
	enum tls_side sender;
	enum step_kind kind;
	uint8_t type;        /* STEP_MESSAGE: HandshakeType */
	uint8_t level, code; /* STEP_ALERT */
	bool damaged;    /* STEP_MESSAGE: the header was read, the body is missing, malformed or too
			    large */
	bool decrypted;  /* read with a secret; at and end are then those of the record */
	bool resynced;   /* after a hole that hid a record header: nothing may rest on counts */
	uint32_t length; /* message without its header; else the record's body; folded: of the last
			    one */
	uint64_t at, end;      /* stream offsets of the message, record or hole in its direction */
	struct flow_mark mark; /* of the segment that carried its last byte */
	uint32_t repeat;       /* further records of a run folded into this step */
	uint32_t kept_at;      /* STEP_MESSAGE: 1 + where the transcript has it; 0: it has not */
	const void *detail;    /* session.h says what, by kind and type; NULL when damaged */
};

struct trace_side {
	struct step *first, *last;
	unsigned steps, run; /* run: length of the current run of application records */
	uint64_t application_records, application_bytes;
	const struct step *application_first, *application_last;
};

struct trace {
	struct trace_side side[2]; /* by enum tls_side */
	struct step *room;         /* of the next step; NULL: none yet */
	bool limit;
};

/* Where the next step will stand; to be written as a whole. NULL when memory is short. */
static inline struct step *
trace_room(struct trace *t, struct arena *a)
{
	if (t->room == NULL)
		t->room = arena_room(a, sizeof(*t->room));
	return t->room;
}

/* Append a step: the one in trace_room(), or a copy of any other. NULL when it was folded away,
 * refused by a limit, or memory is short. */
struct step *trace_add(struct trace *t, struct arena *a, const struct step *s);

/* A step of this side will be appended soon: what that touches is fetched into the cache. */
static inline void
trace_expect(const struct trace *t, enum tls_side side)
{
	if (t->side[side].last != NULL)
		blocks_fetch(t->side[side].last, sizeof(struct step));
}

/*
 * All steps in the order in which they happened: stream order within a direction; between
 * directions X is after Y when the segment that carried X acknowledged all of Y, else by frame
 * number. Allocated in `a`; *count is set.
 */
const struct step **trace_merge(const struct trace *t, struct arena *a, size_t *count);

/* Was `later` sent by somebody who had received all of `earlier`? (opposite directions) */
bool step_knew(const struct step *later, const struct step *earlier);

/* Is some byte of [from, to) of this side's stream missing? */
bool trace_hole(const struct trace *t, enum tls_side side, uint64_t from, uint64_t to);

#endif
