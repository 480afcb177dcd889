/*
 * infer.h - what lengths, order and closes of encrypted records prove about mutual authentication.
 * Between infer_input.c (makes the plain record trace) and facts.c (takes what it does not know
 * otherwise). Pure functions: nothing but the input is read, nothing is kept.
 *
 * A wrong claim is the worst that can happen here, so: sizes are matched exactly, against the
 * constants of infer_sizes.def only; an absence is claimed only of a side that is `complete`; the
 * order between the sides comes from TCP acknowledgements; two arguments that disagree cancel each
 * other.
 */
#ifndef ANALYZER_VERDICT_INFER_H
#define ANALYZER_VERDICT_INFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/outcome.h"

enum { INFER_FOREIGN = 0 }; /* infer_record.type: bytes that are no record */

/* A record header as it was seen, in stream order. Messages in the clear are not listed. */
struct infer_record {
	uint8_t type; /* ContentType, or INFER_FOREIGN */
	bool joined;  /* it begins where the entry before it ended; the first: where `start` is */
	bool cut;     /* its last byte was not captured: ack, time and frame mean nothing */
	int16_t level, code; /* of a readable alert, else -1 */
	uint32_t length;     /* of the body */
	uint32_t repeat;     /* further records folded into this entry, their lengths unknown */
	uint64_t at, end;    /* stream offsets, header included */
	uint64_t ack;        /* how much of the other stream its sender had received */
	uint64_t frame;
	int64_t time_ns;
};

struct infer_close {
	bool seen;
	bool foreign; /* a RST that decides nothing (reset.h) */
	uint64_t ack, frame, at;
	int64_t time_ns;
};

struct infer_side {
	const struct infer_record *records; /* behind `start` */
	size_t count;
	bool started;   /* the last hello of this side was read whole: records[] begins behind it */
	uint64_t start; /* end of that hello */
	/* Everything this side sent was captured, all of it is records (foreign bytes may trail),
	 * and its FIN or RST stands right behind the last byte. */
	bool complete;
	bool whole; /* no byte is known to be missing, but more may have come later */
	struct infer_close fin, rst;
};

/* How long a record of TLS 1.2 and older is. kind none: not known. */
struct infer_cipher {
	enum { INFER_CIPHER_NONE, INFER_CIPHER_AEAD, INFER_CIPHER_STREAM, INFER_CIPHER_BLOCK } kind;
	uint8_t iv, tag, block, mac;
	bool encrypt_then_mac;
};

struct infer_input {
	struct infer_side side[2]; /* by enum tls_side */
	uint16_t cipher_suite;
	bool psk;   /* the ServerHello selects a pre-shared key, without a certificate */
	bool hello; /* the ClientHello was read; what follows is known */
	bool early_data, post_handshake_auth;
	uint16_t record_size_limit;
	uint8_t max_fragment_length;
	/* TLS 1.2 and older, in a renegotiation: */
	struct infer_cipher cipher;
	uint32_t client_key_exchange; /* its length, header included, in the plaintext handshake; 0
					 unknown */
};

enum { INFER_BASIS_MAX = 360, INFER_RECORDS_MAX = 3 };

/* One inferred fact: evidence EVIDENCE_NONE when nothing can be said. */
struct infer_fact {
	int value; /* of the fact's enum in outcome.h */
	enum evidence evidence;
	enum confidence confidence;
	char basis[INFER_BASIS_MAX]; /* names the sizes it rests on */
	const struct infer_record *records[INFER_RECORDS_MAX];
};

/* What decided the outcome, in the order in which it is tried. */
enum infer_rule {
	INFER_RULE_NONE,
	INFER_RULE_PLAIN_ALERT,
	INFER_RULE_MID_FLIGHT_ALERT,
	INFER_RULE_THREE_RECORDS,
	INFER_RULE_FIRST_RECORD,
	INFER_RULE_ALERTS,
	INFER_RULE_CLOSED,
	INFER_RULE_KEYS, /* renegotiation: the server's ChangeCipherSpec */
};

enum { INFER_TICKETS_MAX = 4 };

/* What only a look at other sessions can use (second pass). */
struct infer_notes {
	enum infer_rule outcome_rule;
	bool unsolicited; /* the server sent records after acceptance that nobody asked for */
	uint32_t ticket_length[INFER_TICKETS_MAX]; /* of those records' bodies */
	unsigned n_tickets;
	bool corroborable; /* refused by one alert-sized record, soon, and by nothing else */
	int client_padding, server_padding; /* -1 unknown */
	const char *client_key;      /* of the client's CertificateVerify by its size; NULL */
	uint32_t certificate_length; /* of the client's Certificate message; 0 unknown */
	uint32_t request_length;     /* of the CertificateRequest message; 0 unknown */
	bool padded_server;
};

struct infer_output {
	struct infer_fact requested;       /* enum answer */
	struct infer_fact client_cert;     /* enum client_cert */
	struct infer_fact proof;           /* enum proof */
	struct infer_fact outcome;         /* enum reaction */
	struct infer_fact client_finished; /* enum answer */
	unsigned modifiers;                /* enum modifier */
	bool client_left;                  /* instead of an answer there was an alert or a close */
	const struct infer_record *answer; /* the last record of the client's answer; NULL none */
	const struct infer_record *alert;  /* the encrypted alert that ended it; NULL none */
	struct infer_notes notes;
};

/* The first handshake of TLS 1.3. */
void infer_handshake(const struct infer_input *in, struct infer_output *out);

/* A later one of TLS 1.3: certificate request after the handshake (RFC 8446 section 4.6.2). */
struct infer_late {
	const struct infer_record *request; /* the server record before the answer */
	const struct infer_record *first;   /* of the answer */
	struct infer_output output;
};
/* The first such exchange whose answer begins behind client stream offset `from`; false: none. */
bool infer_post_handshake(const struct infer_input *in, uint64_t from, struct infer_late *late);

/* A renegotiation of TLS 1.2 and older; sides begin with it. */
void infer_renegotiation(const struct infer_input *in, struct infer_output *out);

#endif
