/*
 * session.h - one TLS session as it was seen: the trace, and what its readable messages said.
 * Between tls_stream.c (feeds it) and verdict/ (reads it when it is over). No opinion here.
 */
#ifndef ANALYZER_TLS_SESSION_H
#define ANALYZER_TLS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/arena.h"
#include "analyzer/outcome.h"
#include "analyzer/packet/flow.h"
#include "analyzer/tls/ja4.h"
#include "analyzer/tls/requests.h"
#include "analyzer/tls/run.h"
#include "analyzer/tls/trace.h"
#include "analyzer/tls/transcript.h"
#include "dissectors/tls/server_hello.h"
#include "dissectors/tls/version.h"

enum {
	HELLO_RANDOM_LEN = 32,
	SESSION_FOREIGN_TEXT_MAX = 200, /* bytes of a server's plaintext that are kept */
	SESSION_REQUESTS_MAX = 8,       /* readable CertificateRequests of one session */
	HELLO_IDENTITIES_MAX = 4,       /* PSK identities of one ClientHello that are noted */
};

/* detail of STEP_MESSAGE ClientHello. Views live in the session's arena. */
struct client_hello_detail {
	uint16_t legacy_version;
	bool sslv2_format;
	bool has_random;
	uint8_t random[HELLO_RANDOM_LEN];
	struct bytes session_id;
	const char *sni;      /* NULL when absent */
	const char *alpn;     /* the only protocol offered, NULL when none or several */
	bool has_alpn;        /* the extension was there */
	struct bytes schemes; /* signature_algorithms as sent: its order tells stacks apart */
	uint64_t ticket; /* hasher_digest64 of the SessionTicket offered (RFC 5077), 0 when none */
	struct {
		uint64_t digest; /* hasher_digest64 */
		size_t len;
	} identities[HELLO_IDENTITIES_MAX]; /* PSKs offered, the first few */
	bool psk_modes; /* psk_key_exchange_modes: the server may send tickets (RFC 8446 4.2.9) */
	bool pre_shared_key, early_data, post_handshake_auth, ech;
	bool no_extensions;
	uint16_t record_size_limit;  /* RFC 8449; 0 absent */
	uint8_t max_fragment_length; /* RFC 6066 section 4, the code; 0 absent */
	char ja4[JA4_SIZE];          /* "" when it could not be made */
};

/* detail of STEP_MESSAGE ServerHello (and HelloRetryRequest). */
struct server_hello_detail {
	enum tls_version version;
	uint16_t selected_version;
	uint16_t cipher_suite;
	uint8_t random[HELLO_RANDOM_LEN];
	struct bytes session_id;
	bool hello_retry_request;
	bool pre_shared_key; /* a PSK was selected */
	uint16_t selected_identity;
	bool compressed;    /* record compression, which nobody should use any more */
	bool cert_with_psk; /* tls_cert_with_extern_psk (33), RFC 8773 */
	bool ticket;        /* will send NewSessionTicket (RFC 5077) */
	bool extended_master_secret, encrypt_then_mac;
	const char *alpn;                /* chosen; NULL when absent */
	uint8_t client_certificate_type; /* RFC 7250; 0 X.509 */
};

/* detail of STEP_MESSAGE Certificate. */
struct chain_detail {
	size_t count;                              /* 0: the empty answer */
	struct outcome_certificate **certificates; /* a part of tls_session.held, or of what
						      that was */
	bool raw_public_key;
	bool cut; /* a malformed entry ended the list early, or memory was short */
};

/* detail of STEP_MESSAGE CertificateRequest: the interned request (requests.h).
 * detail of STEP_MESSAGE NewSessionTicket: */
struct ticket_detail {
	uint32_t lifetime;
	size_t len;
	uint64_t digest; /* hasher_digest64, 0 when the ticket is empty */
};

/* Why secrets opened nothing, where there were some. */
enum session_keys {
	SESSION_KEYS_USED,
	SESSION_KEYS_UNUSABLE, /* cipher suite, version or compression that is not supported */
};

struct decrypt;

/* What most steps touch comes first, up to flow. */
struct tls_session {
	enum flow_dir client;     /* which direction of the flow the TLS client sends */
	enum tls_version version; /* TLS_VERSION_UNKNOWN until a ServerHello */
	bool client_guessed;      /* no hello was seen */
	bool over;                /* a fatal alert or close was read in the clear */
	bool limit;               /* a limit was reached on the way */
	struct tls_run *run;
	struct arena arena;
	uint64_t first_frame;
	int64_t first_ns;
	uint64_t last_frame;
	int64_t last_ns;
	struct decrypt *decrypt; /* NULL: no secrets can open anything */
	struct trace trace;
	struct transcript transcript;
	const struct client_hello_detail *client_hello; /* the first */
	const struct server_hello_detail *server_hello; /* the first that is no HelloRetryRequest */
	const struct client_hello_detail *last_client_hello; /* of the latest handshake */
	const struct server_hello_detail *last_server_hello;
	const struct flow *flow;
	char *foreign_text; /* first bytes of the server's foreign bytes, as sent; NULL none */
	size_t foreign_text_len;
	struct bytes first_bytes[2];       /* by side: for labelling, from its hello on */
	struct outcome_certificate **held; /* every certificate interned for this session */
	size_t n_held, held_cap;
	struct request *requests[SESSION_REQUESTS_MAX]; /* likewise */
	size_t n_requests;
	/* what secrets opened */
	enum session_keys keys;
	uint64_t opened, not_opened; /* records */
	bool keys_too_late;          /* more was to be held back than decrypt.h's limits allow */
	const struct step *finished_right[2], *finished_wrong[2]; /* by side: Finished, checked */
	uint8_t certificate_type[2];   /* by side: what EncryptedExtensions agreed on */
	const char *encrypted_alpn;    /* of EncryptedExtensions; NULL absent */
	const char *refusal;           /* the server's words above TLS; NULL none */
	struct flow_mark refusal_mark; /* where they stood */
};

/* NULL when memory is short. */
struct tls_session *session_create(struct tls_run *run, const struct flow *flow,
				   enum flow_dir client);
void session_destroy(struct tls_session *s); /* takes NULL */

/* Where the next step is to be written, as a whole. Short of memory that is a place that goes on to
 * the next step. */
static inline struct step *
session_room(struct tls_session *s)
{
	struct step *p = trace_room(&s->trace, &s->arena);

	return p != NULL ? p : &s->run->no_room;
}

/* A segment of this session came. Every step says so itself. */
void session_note_mark(struct tls_session *s, const struct flow_mark *m);
/* Append a step that is no message, from there or from anywhere. Both give it as it stands in the
 * trace; NULL when it does not. */
struct step *session_step(struct tls_session *s, const struct step *step);
/* Append a message; body is its body, empty when step->damaged. What it says completes the step. */
const struct step *session_message(struct tls_session *s, struct step *step, struct bytes body);
/* An SSLv2-format ClientHello; body is the message behind the record header. */
void session_sslv2_hello(struct tls_session *s, const struct step *step, struct bytes body);
/* Bytes of `side` at stream offset `at` that are no TLS records. */
void session_foreign(struct tls_session *s, enum tls_side side, uint64_t at, struct bytes data,
		     const struct flow_mark *mark);
/* The server's foreign bytes begin like a TLS record: one of a grammar that is not read here. */
bool session_foreign_is_tls(const struct tls_session *s);
/* They begin with an SSLv2 SERVER-HELLO, the answer to an SSLv2-format ClientHello. */
bool session_foreign_is_sslv2(const struct tls_session *s);
/* The roles were guessed wrong: every step changes sides. */
void session_swap_sides(struct tls_session *s);
/* The flow is over: adds its FIN and RST as steps. dir: its directions, with the offsets of the TLS
 * stream where that has its own (unwrap.h). */
void session_close(struct tls_session *s, const struct flow_direction dir[FLOW_DIR_COUNT]);

/* Steps of a side will come soon: where they and what they say will be written is fetched into the
 * cache. */
static inline void
session_expect(const struct tls_session *s, enum tls_side side)
{
	enum { STEP_AND_DETAIL = 256, MESSAGE = 256 };
	const struct transcript *t = &s->transcript;

	trace_expect(&s->trace, side);
	blocks_fetch(s->arena.free,
		     s->arena.left < STEP_AND_DETAIL ? s->arena.left : STEP_AND_DETAIL);
	if (t->cap - t->len >= MESSAGE)
		blocks_fetch(t->data + t->len, MESSAGE);
}

static inline const struct flow_direction *
session_direction(const struct tls_session *s, enum tls_side side)
{
	return &s->flow->dir[side == TLS_CLIENT ? s->client : !s->client];
}

static inline enum tls_side
session_side(const struct tls_session *s, enum flow_dir d)
{
	return d == s->client ? TLS_CLIENT : TLS_SERVER;
}

#endif
