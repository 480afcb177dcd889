/*
 * outcome.h - what the pipeline found out, as plain data: the only type that db/ knows.
 * Between verdict/ (fills it) and db/ or a test's printer (takes it through struct outcome_sink).
 *
 * All pointers borrow and are valid during emit() only. Text is UTF-8 as read from packets (not
 * escaped; printing escapes). NULL means unknown or absent and becomes SQL NULL. Names of the
 * enums, as users see them, are in outcome_names.def; their meaning is in the contract.
 */
#ifndef ANALYZER_OUTCOME_H
#define ANALYZER_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One enum per column whose values are fixed; the X-macro rows give constant, text. */
#define OUTCOME_ENUM(e, text) e,
enum evidence {
#define OUTCOME_EVIDENCE OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum confidence {
#define OUTCOME_CONFIDENCE OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum answer {
#define OUTCOME_ANSWER OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum attempt_kind {
#define OUTCOME_ATTEMPT OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum client_cert {
#define OUTCOME_CLIENT_CERT OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum proof {
#define OUTCOME_PROOF OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum reaction {
#define OUTCOME_REACTION OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum ended_by {
#define OUTCOME_ENDED_BY OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum tls_side {
#define OUTCOME_SIDE OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum verdict {
#define OUTCOME_VERDICT OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum message_kind {
#define OUTCOME_MESSAGE_KIND OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum ech {
#define OUTCOME_ECH OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
enum transport {
#define OUTCOME_TRANSPORT OUTCOME_ENUM
#include "analyzer/outcome_names.def"
};
#undef OUTCOME_ENUM

/* Bits of capture_state; 0 is `complete`. */
enum capture_state {
	CAPTURE_GAP_CLIENT = 1 << 0,
	CAPTURE_GAP_SERVER = 1 << 1,
	CAPTURE_ONLY_CLIENT = 1 << 2,
	CAPTURE_ONLY_SERVER = 1 << 3,
	CAPTURE_MIDSTREAM = 1 << 4,
	CAPTURE_SNAPLEN = 1 << 5,
	CAPTURE_ENDS_EARLY = 1 << 6,
	CAPTURE_LIMIT = 1 << 7,
};

/* Bits of modifiers. */
enum modifier {
	MODIFIER_DROPPED_AFTER_ACCEPT = 1 << 0,
	MODIFIER_PLAINTEXT_AFTER_TLS = 1 << 1,
	MODIFIER_APP_LAYER_REFUSAL = 1 << 2,
	MODIFIER_APP_LAYER_REFUSAL_SUSPECTED = 1 << 3,
	MODIFIER_INTERCEPTION_OR_OFFLOAD_SUSPECTED = 1 << 4,
	MODIFIER_RETRY_FOLLOWED = 1 << 5,
	MODIFIER_SAME_CLIENT_SUCCEEDED = 1 << 6,
	MODIFIER_SERVER_PADDING = 1 << 7,
	MODIFIER_LATE_ACCEPT = 1 << 8,
	MODIFIER_RESET_INJECTED_SUSPECTED = 1 << 9,
};

struct outcome;
/* A row of the view failed_mutual_auth, as far as this session alone tells. */
bool outcome_failed(const struct outcome *o);

/* Text of an enum constant; "?" outside the range (our bug). */
const char *evidence_name(enum evidence v);
const char *confidence_name(enum confidence v);
const char *answer_name(enum answer v);
const char *attempt_kind_name(enum attempt_kind v);
const char *client_cert_name(enum client_cert v);
const char *proof_name(enum proof v);
const char *reaction_name(enum reaction v);
const char *ended_by_name(enum ended_by v); /* NULL for ENDED_BY_UNKNOWN */
const char *tls_side_name(enum tls_side v);
const char *verdict_name(enum verdict v);
const char *message_kind_name(enum message_kind v);
const char *ech_name(enum ech v);
const char *transport_name(enum transport v);
/* Comma list of the bits' names into buf (NUL-terminated, cut at size); returns buf. No bits:
 * "complete" / "". */
const char *capture_state_text(unsigned bits, char *buf, size_t size);
const char *modifiers_text(unsigned bits, char *buf, size_t size);

enum { OUTCOME_FRAMES_MAX = 6, OUTCOME_TEXT_MAX = 400 };

/* Frames a fact rests on, in order of reading. */
struct outcome_frames {
	uint64_t frame[OUTCOME_FRAMES_MAX];
	unsigned count;
};

/* Texts of a row that are the program's own, not made for this session: where such a text stands it
 * stands as long as the program runs, so that equal addresses are equal texts, unless the outcome
 * was copied. None need be told.
 */
enum outcome_constant {
	/* of a message; of a session: tls_version, cipher_suite, stacks, sub_reason, alerts */
	OUTCOME_CONSTANT_NAME = 1 << 0,
	OUTCOME_CONSTANT_FACT = 1 << 1,
	OUTCOME_CONSTANT_VALUE = 1 << 2,
	OUTCOME_CONSTANT_BASIS = 1 << 3,
	OUTCOME_CONSTANT_WORDS = 1 << 4,       /* of a finding: cause, certainty, severity */
	OUTCOME_CONSTANT_EXPLANATION = 1 << 5, /* of a finding, or of the session */
	OUTCOME_CONSTANT_SERVER_FIX = 1 << 6,
	OUTCOME_CONSTANT_CLIENT_FIX = 1 << 7,
};

/* One known fact of one attempt (verdicts.md section 1). fact and basis are interned by the sink:
 * few distinct. */
struct outcome_fact {
	unsigned attempt_no;
	const char *fact, *value;
	enum evidence evidence;
	enum confidence confidence;
	const char *basis; /* one sentence */
	struct outcome_frames frames;
	uint8_t constants; /* enum outcome_constant */
};

/* One step of the ladder. name: RFC name of the message, IANA name of an alert, "SYN", "FIN", "RST"
 * ... */
struct outcome_message {
	unsigned attempt_no; /* 1-based; 0 for tcp steps outside any attempt */
	uint64_t frame;
	int64_t time_ns;
	enum tls_side sender;
	enum message_kind kind;
	const char *name;
	uint32_t length; /* of the message with its header, or of the record's body when it is
			    encrypted */
	enum evidence evidence;
	int alert_level, alert_code; /* -1 unless a readable alert */
	uint32_t repeat;             /* further steps like this one folded into it, 0 for none */
	uint8_t constants;           /* enum outcome_constant */
};

/* A certificate as seen on the wire; owned by the pipeline's certificate cache, shared by many
 * sessions. store_id and store_generation are the sink's: 0 until it has stored the certificate.
 * checks is verdict/checks.c's: what it found of the certificate alone, 0 until it has looked. */
struct outcome_certificate {
	uint8_t sha256[32];
	const uint8_t *der;
	size_t der_len;
	const char *subject, *issuer;  /* RFC 4514 */
	const char *serial;            /* lower-case hex */
	int64_t not_before, not_after; /* seconds since 1970; INT64_MIN when absent or malformed */
	const char *san;               /* "DNS:a, IP:1.2.3.4, URI:..." */
	const char *key_usage, *eku;   /* comma lists of names; NULL when the extension is absent */
	int is_ca, path_len;           /* basic constraints: -1 absent */
	const char *aki, *ski;         /* lower-case hex */
	const char *ocsp_urls, *crl_urls; /* space separated */
	const char *key_type;             /* "RSA", "EC P-256", "Ed25519", ... */
	int key_bits;                     /* 0 unknown */
	const char *signature_algorithm;
	int version;        /* 1, 2, 3; 0 unknown */
	const char *error;  /* NULL when well-formed; else field and what was wrong */
	int64_t error_at;   /* byte offset in der, -1 when well-formed */
	const char *format; /* "x509", "raw_public_key" */
	int64_t store_id;
	uint64_t store_generation;
	unsigned checks;
};

struct outcome_chain_link {
	unsigned attempt_no;
	enum tls_side role; /* who presented it */
	unsigned position;  /* 0 is the leaf */
	struct outcome_certificate *certificate;
};

/* One thing a CertificateRequest asked for. kind: "ca_name" "sigalg" "sigalg_cert" "cert_type". */
struct outcome_request_item {
	const char *kind, *value;
};

/* A CertificateRequest, with a digest of its content so that equal ones are stored once. */
struct outcome_request {
	unsigned attempt_no;
	uint8_t digest[16];                       /* of the message body */
	const struct outcome_request_item *items; /* in the order of the message */
	size_t count;
};

struct outcome_attempt {
	unsigned attempt_no; /* 1-based */
	enum attempt_kind kind;
	enum answer resumed, client_cert_requested;
	enum client_cert client_cert;
	enum proof proof;
	enum answer client_finished, server_finished;
	enum reaction outcome;
	enum ended_by ended_by;
	int alert_code; /* -1 none or unreadable */
	const char *alert;
	enum tls_side alert_from; /* valid when alert_code >= 0 */
	unsigned capture_state;
	enum evidence evidence;
	enum confidence confidence;
};

struct outcome_finding {
	unsigned attempt_no, rank;
	const char *cause, *certainty, *severity, *explanation, *server_fix, *client_fix;
	uint64_t named_frame; /* that these texts may name; 0: none */
	struct outcome_frames frames;
	bool explains;     /* the decisive event: ranks go by severity, this, certainty */
	uint8_t constants; /* enum outcome_constant */
	/* Bytes before the digits of named_frame in explanation, server_fix, client_fix; 0: it is
	 * not named there. */
	uint16_t named_at[3];
};

/* A row of causes.def: what findings call it, and what each side may change ("" without settings).
 * {words} in these texts are to be filled in. */
struct outcome_cause {
	const char *name, *server, *server_settings, *client, *client_settings;
};
/* Cause i; NULL behind the last. */
const struct outcome_cause *outcome_cause(size_t i);

struct outcome_endpoint {
	uint8_t addr[16]; /* IPv4 in the first 4 bytes */
	uint8_t family;   /* 4, 6; 0: not known */
	uint16_t port;
	uint8_t mac[6];
	bool has_mac;
};

/*
 * What only a look at other sessions can use (db/relate); 0 and false: nothing to say. It is about
 * the headline attempt's handshake. Digests are the first 8 bytes of SHA-256: equal in every run.
 */
struct outcome_notes {
	unsigned outcome_rule; /* which rule inferred the outcome, as inference.md section 4 numbers
				  them */
	/* Rejected by nothing but one encrypted record of an alert's size, within 1 s and without
	 * late data of the client, who would have taken tickets: medium, and may be raised. */
	bool corroborable;
	bool unsolicited; /* after it had accepted, the server sent what nobody had asked for */
	uint64_t handle;  /* the last ticket given out; else the session id (TLS <= 1.2) */
	uint64_t used;    /* of a resumed session: the ticket, PSK identity or session id it used */
	uint32_t ticket_length;   /* 1.3: length of the last NewSessionTicket, header included */
	uint32_t identity_length; /* 1.3, resumed: length of the PSK identity that was selected */
};

/* One session: a row of `sessions` with everything below it. */
struct outcome {
	enum transport transport;
	const char *carrier, *app_label;
	struct outcome_endpoint client, server;
	const char *eap_identity;
	uint32_t vlan; /* id + 1, 0 none */
	const char *interface;
	const char *community_id;
	int64_t stream; /* -1: NULL */
	uint64_t first_frame, last_frame;
	int64_t started_ns, ended_ns;
	const char *tls_version, *cipher_suite, *sni, *alpn, *ja4;
	enum ech ech;
	const uint8_t *client_random, *server_random; /* 32 bytes, or NULL */
	const struct outcome_attempt *attempts;
	size_t n_attempts, headline; /* headline: index of the attempt shown in `sessions` */
	enum verdict verdict;
	const char *sub_reason;
	unsigned modifiers;
	struct outcome_notes notes;
	const char *explanation;
	const char *client_stack, *server_stack;
	const struct outcome_fact *facts;
	size_t n_facts;
	const struct outcome_message *messages;
	size_t n_messages;
	const struct outcome_chain_link *chain;
	size_t n_chain;
	const struct outcome_request *requests;
	size_t n_requests;
	const struct outcome_finding *findings;
	size_t n_findings;
	uint8_t constants; /* enum outcome_constant */
	bool copied;       /* with its texts; they stay for this session only */
};

/* A capture, known when its reading is over. */
struct outcome_capture {
	const char *path, *abs_path;
	uint8_t xxh3[16];   /* XXH3-128 of the decompressed bytes, canonical (big-endian) form */
	const char *sha256; /* hex, NULL unless computed */
	uint64_t size;      /* decompressed bytes */
	int64_t mtime_ns;   /* of the file; INT64_MIN for a stream */
	uint64_t inode, device;
	const char *format;     /* "pcap", "pcapng" */
	const char *link_types; /* comma list of names, e.g. "EN10MB" */
	uint64_t packets;
	int64_t first_ns, last_ns; /* INT64_MIN when there is no packet */
	const char *problem;       /* NULL when read whole */
	const char *incident, *note;
};

/* Connections to one server port, of those where TLS was seen, or asked for, that carried none. */
struct outcome_without_tls {
	struct outcome_endpoint server;
	uint64_t refused, no_answer, plaintext;
	uint64_t first_frame; /* of the first of them */
};

/* Where sessions go and, when the capture is over, connections without TLS (may be NULL).
 * Returning false is a fault of the sink (disk full ...); it keeps the text. */
struct outcome_sink {
	void *ctx;
	bool (*emit)(void *ctx, const struct outcome *o);
	bool (*without_tls)(void *ctx, const struct outcome_without_tls *w);
};

#endif
