/*
 * compare.h - one session seen at two points, near the client and far from it: what happened
 * between? Pure: from summaries of stored sessions to findings. cli/cmd_compare.c reads the
 * summaries out of the database and stores the findings; which sessions belong together is
 * compare_match.h's. Rows and their words are in compare.def.
 */
#ifndef ANALYZER_VERDICT_COMPARE_H
#define ANALYZER_VERDICT_COMPARE_H

#include "analyzer/arena.h"
#include "analyzer/outcome.h"

enum {
	COMPARE_LATE_NS = 150000000, /* a retransmission takes 200 ms at least (Linux; RFC 6298) */
	COMPARE_FINDINGS_MAX = 16,   /* of one pair; compare.def can't give more */
};

/* A step of the ladder. */
struct compare_step {
	uint64_t frame;
	int64_t time_ns;
	const char *name;
	uint32_t length, repeat;
	uint8_t sender, kind, evidence; /* enum tls_side, message_kind, evidence */
};

/* A session as the views tell it; text is theirs, NULL where they have NULL. */
struct compare_session {
	int64_t id;
	int64_t started_ns, ended_ns;
	int64_t capture_ends_ns; /* the last packet of its capture, whatever it belongs to */
	const char *client_ip, *server_ip;
	int64_t client_port, server_port;
	const char *client_random, *server_random;
	const char *sni, *tls_version, *client_cert_requested, *client_cert, *outcome, *alert;
	const char *evidence, *capture_state, *modifiers;
	const char *explanation, *client_fix, *server_fix; /* fixes: of its first finding */
	const char *client_subject, *client_cert_sha256, *server_subject, *server_cert_sha256;
	const char *reset[2]; /* by enum tls_side: TTL and IP-ID of its first RST, and of its other
				 packets */
	const struct compare_step *steps;
	size_t n_steps;
};

/* How two sessions were found to belong together; strongest first. */
enum compare_link { COMPARE_RANDOM, COMPARE_TUPLE, COMPARE_NAME, COMPARE_TIME, COMPARE_LINKS };

/* In the contract's words: proven, likely, possible. */
enum compare_sure { COMPARE_POSSIBLE, COMPARE_LIKELY, COMPARE_PROVEN };
const char *compare_sure_name(enum compare_sure s);

/* What is known of a pair besides its sessions. One of near, far may be NULL: then no session of
 * the other point fits, and covered says whether that point was being captured at the time. */
struct compare_pairing {
	const struct compare_session *near, *far;
	enum compare_link link;
	bool ambiguous; /* others fit as well */
	bool again;     /* the handshake of another session at this point, which has a partner */
	bool covered;
	int64_t offset_ns; /* far's clock minus near's */
};

/* evidence: a sentence with frames of both sides. *_fix: what to change there; the third is what
 * stands between the points, a TLS proxy or the network. */
struct compare_finding {
	const char *finding, *evidence, *server_fix, *client_fix, *between_fix;
	enum compare_sure sure;
	bool differs;  /* false: all is well, or nothing can be said */
	bool endpoint; /* what stands between is an end of TLS */
};

/* The pair's findings, the first to read first; text is in `a`. Returns how many: at least one
 * unless memory is short (arena_failed). */
size_t compare_pair(struct arena *a, const struct compare_pairing *p,
		    struct compare_finding out[static COMPARE_FINDINGS_MAX]);

/* The same handshake of TLS, as far as the randoms tell. */
bool compare_same_tls(const struct compare_pairing *p);
bool compare_text_equal(const char *a, const char *b); /* both known and equal */
bool compare_text_differs(const char *a, const char *b);

/* All findings that compare.def knows, for tests. */
const char *const *compare_finding_names(size_t *count);

#endif
