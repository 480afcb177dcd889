/*
 * mutual_auth.h - the automaton: the steps of a session become attempts, phase by phase.
 * Reads a trace in the order of trace_merge(); facts.c reads the attempts. Phases and transitions
 * are one table in mutual_auth.c. RFC 5246 section 7.3, RFC 8446 section 2.
 */
#ifndef ANALYZER_VERDICT_MUTUAL_AUTH_H
#define ANALYZER_VERDICT_MUTUAL_AUTH_H

#include <assert.h>

#include "analyzer/tls/session.h"

enum event {
#define EVENT(e, text) EVENT_##e,
#include "analyzer/verdict/events.def"
	EVENT_COUNT,
	EVENT_NONE = EVENT_COUNT, /* a step that moves nothing */
};

enum phase {
	PHASE_START,
	PHASE_HELLO,          /* the client has said hello */
	PHASE_RETRIED,        /* ... and was asked to say it again (HelloRetryRequest) */
	PHASE_NEGOTIATED,     /* ServerHello; full or abbreviated is still open */
	PHASE_FLIGHT,         /* the server's flight of a full handshake has begun */
	PHASE_REQUESTED,      /* ... and asks for a certificate */
	PHASE_UNASKED,        /* server flight over, no CertificateRequest */
	PHASE_ASKED,          /* server flight over, certificate requested: the client's turn */
	PHASE_OFFERED,        /* client Certificate with a certificate */
	PHASE_DECLINED,       /* client Certificate without one */
	PHASE_KEYED,          /* ClientKeyExchange */
	PHASE_PROVED,         /* CertificateVerify */
	PHASE_CLIENT_CHANGED, /* client ChangeCipherSpec */
	PHASE_CLIENT_FINISHED,
	PHASE_SERVER_CHANGED,  /* server ChangeCipherSpec after the client's Finished */
	PHASE_RESUMING,        /* server ChangeCipherSpec first: an abbreviated handshake */
	PHASE_RESUMED,         /* its server Finished */
	PHASE_RESUMED_CHANGED, /* its client ChangeCipherSpec */
	PHASE_FINISHED,
	PHASE_EXTENDED,   /* TLS 1.3, decrypted: EncryptedExtensions */
	PHASE_ASKED_13,   /* ... and a CertificateRequest */
	PHASE_UNASKED_13, /* ... and Finished without one */
	PHASE_OFFERED_13, /* client Certificate with a certificate */
	PHASE_DECLINED_13,
	PHASE_PROVED_13, /* CertificateVerify */
	PHASE_SEALED,    /* TLS 1.3 after ServerHello: nothing can be read without secrets */
	PHASE_ENDED,     /* a fatal alert in the clear */
	PHASE_COUNT,
};

enum { ATTEMPTS_MAX = 16, ANOMALIES_MAX = 8 };

/* An event its phase has no place for. */
struct anomaly {
	enum event event;
	enum phase phase;
	const struct step *step;
};

struct inferred;

struct attempt {
	enum attempt_kind kind;
	enum phase phase;                     /* the one it ended in */
	const struct step *seen[EVENT_COUNT]; /* the first step that fired each event */
	/* decrypted, or encrypted and named by position */
	const struct step *client_finished, *server_finished;
	bool opened; /* messages of it were decrypted */
	struct anomaly anomalies[ANOMALIES_MAX];
	unsigned n_anomalies;
	const struct inferred *inferred; /* infer_facts.h; NULL when sizes were not looked at */
};

/* The steps of a session, in order, and the attempts they make. */
struct mutual_auth {
	struct tls_session *session;
	const struct step **steps; /* trace_merge */
	size_t n_steps;
	uint32_t kinds;                        /* mutual_auth_any */
	uint8_t *attempt_of;                   /* by step: index into attempts */
	struct attempt attempts[ATTEMPTS_MAX]; /* the first n_attempts are set */
	size_t n_attempts;
	struct attempt *answering; /* the late attempt whose answer is being sent */
	bool limit;                /* more attempts than ATTEMPTS_MAX */
};

/* False when memory is short. Allocates in the session's arena; at least one attempt. */
bool mutual_auth_run(struct mutual_auth *m, struct tls_session *s);

static_assert(STEP_RST < 16, "a bit for each kind, and side");
static inline uint32_t
mutual_auth_kind(enum tls_side sender, enum step_kind kind)
{
	return UINT32_C(1) << (16 * sender + kind);
}

/* Was there such a step of this side? Asked before going through all of them for a rare one. */
static inline bool
mutual_auth_any(const struct mutual_auth *m, enum tls_side sender, enum step_kind kind)
{
	return (m->kinds & mutual_auth_kind(sender, kind)) != 0;
}

/* The event a step fires in this session, EVENT_NONE for none. */
enum event mutual_auth_event(const struct tls_session *s, const struct step *step);
const char *event_name(enum event e);

#endif
