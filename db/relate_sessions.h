/*
 * relate_sessions.h - what pass 2 looks at, a record for each session of its scope.
 * Filled by store_session.c while a capture is stored, so that nothing is read again when it ends;
 * by relate_load.c from the rows for an incident, or a capture that was stored before.
 */
#ifndef DB_RELATE_SESSIONS_H
#define DB_RELATE_SESSIONS_H

#include "analyzer/outcome.h"
#include "db/relate_map.h"

/* Bits of session.signs. */
enum relate_sign {
	RELATE_SIGN_CORROBORABLE = 1,
	RELATE_SIGN_UNSOLICITED = 2,
	RELATE_SIGN_BLAMED = 4 /* something about the certificate itself is proven */
};

enum { RELATE_FRAME_BITS = 40 }; /* of a place: the session's first frame */

/* What an address is told by: IPv4's itself, or a number of IPv6's. */
enum relate_address { RELATE_NO_ADDRESS, RELATE_IPV4, RELATE_IPV6 };

/* Between whom it was, and under which name (an id, 0 for none). Apart from the rest, and small:
 * keys are made of it over and over. */
struct relate_ends {
	uint32_t client, server, name;
	uint16_t port;                /* of the server */
	uint8_t client_is, server_is; /* enum relate_address */
};

/* 0: none. Ids are those of the dictionaries. */
struct relate_session {
	int64_t started_ns, ended_ns;
	uint64_t place; /* among the captures of the scope, and in its own: ties of time */
	uint64_t handle, used;
	uint32_t ticket_length, identity_length;
	uint32_t answer, conclusion, client_certificate, server_certificate;
	uint32_t attempt_no; /* of the headline */
	uint32_t capture;    /* index */
	uint32_t cause;      /* of its only finding: relate_cause */
	uint8_t weight;      /* of that: relate_weight; or enum relate_findings_known */
	uint8_t signs;
};

/* Instead of a weight: its findings are to be asked for, as when there are several; it has none. */
enum relate_findings_known { RELATE_FINDINGS_UNKNOWN = 254, RELATE_FINDINGS_NONE = 255 };

/* Its sessions follow one another, here and by their ids. */
struct relate_capture {
	int64_t first_id;
	uint32_t first;     /* index of a session */
	uint8_t content[4]; /* the start of its hash, that keys of sessions begin with */
};

/* So many sessions have their memory together: nothing moves when another one comes. */
enum { RELATE_CHUNK = 1 << 14 };
struct relate_chunk {
	struct relate_session all[RELATE_CHUNK];
	struct relate_ends ends[RELATE_CHUNK];
	uint64_t randoms[RELATE_CHUNK]; /* digests of the clients'; 0: none */
};

/* A zeroed one is empty. */
struct relate_sessions {
	struct relate_chunk **chunks;
	struct relate_capture *captures;
	size_t count, n_chunks, chunks_room, n_captures, captures_room;
	struct relate_map ipv6;
	uint64_t seed; /* of the digests of randoms */
};

static inline struct relate_session *
relate_sessions_at(const struct relate_sessions *l, size_t i)
{
	return &l->chunks[i / RELATE_CHUNK]->all[i % RELATE_CHUNK];
}
static inline struct relate_ends *
relate_sessions_ends_at(const struct relate_sessions *l, size_t i)
{
	return &l->chunks[i / RELATE_CHUNK]->ends[i % RELATE_CHUNK];
}
static inline uint64_t *
relate_sessions_random_at(const struct relate_sessions *l, size_t i)
{
	return &l->chunks[i / RELATE_CHUNK]->randoms[i % RELATE_CHUNK];
}

/* Both give a zeroed one at the end, or NULL without memory. Sessions are of the last capture. */
struct relate_capture *relate_sessions_capture(struct relate_sessions *l);
struct relate_session *relate_sessions_add(struct relate_sessions *l, uint64_t first_frame);
/* Of the last session; false without memory. random may be NULL. */
bool relate_sessions_ends(struct relate_sessions *l, const struct outcome_endpoint *client,
			  const struct outcome_endpoint *server, uint32_t name);
void relate_sessions_random(struct relate_sessions *l, const uint8_t random[32]);
/* The endpoint with this address (relate_client, relate_server), and no port. */
struct outcome_endpoint relate_sessions_endpoint(const struct relate_sessions *l, uint64_t address);
/* An address in one number; 0: it is not known. */
static inline uint64_t
relate_client(const struct relate_ends *e)
{
	return (uint64_t)e->client_is << 32 | e->client;
}
static inline uint64_t
relate_server(const struct relate_ends *e)
{
	return (uint64_t)e->server_is << 32 | e->server;
}
int64_t relate_sessions_id(const struct relate_sessions *l, size_t i);
/* The findings that pass 1 has, of the last session. */
void relate_sessions_findings(struct relate_sessions *l, const struct outcome_finding *all,
			      size_t count);
/* Where a finding stands among those of a session, by the contract: the less the earlier. */
int relate_weight(const char *severity, bool explains, const char *certainty);
/* A digest that is different for each cause of causes.def. */
uint32_t relate_cause(const char *name);
/* Empty again; a little memory is kept. */
void relate_sessions_reset(struct relate_sessions *l);
void relate_sessions_finish(struct relate_sessions *l);

#endif
