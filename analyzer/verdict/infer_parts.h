/*
 * infer_parts.h - what the files of infer share: sizes, the view of a handshake, its two flights.
 * Included by infer*.c and their test only.
 */
#ifndef ANALYZER_VERDICT_INFER_PARTS_H
#define ANALYZER_VERDICT_INFER_PARTS_H

#include "analyzer/verdict/infer.h"

enum infer_message {
#define INFER_MESSAGE(name, bytes, hashes) INFER_##name,
#include "analyzer/verdict/infer_sizes.def"
};

enum {
	INFER_FLIGHT_MAX = 24,         /* records of a flight that are looked at */
	INFER_CERTIFICATE_LEAST = 150, /* no X.509 chain is this short */
	INFER_CHAIN_LEAST = 300,       /* ... nor a flight that holds one and its proof */
	INFER_PAD_UNKNOWN = -1,
	INFER_SOON_NS = 1000 * 1000 * 1000, /* at once, as far as a decision goes */
	INFER_SETTLED_NS = 50 * 1000 * 1000,
	INFER_MS_NS = 1000 * 1000,
};
#define INFER_LATE_NS ((int64_t)5 * INFER_SOON_NS)

struct infer_flight {
	bool known; /* the shape was recognised */
	bool abort; /* alert or close instead of a flight */
	bool whole; /* its end is known */
	bool finished;
	int padding; /* INFER_PAD_UNKNOWN */
	enum evidence evidence;
	enum answer requested;
	enum client_cert cert;
	enum confidence confidence;
	const struct infer_record *first, *verify, *last; /* what it rests on; first NULL: none */
	const char *key;                                  /* of its CertificateVerify */
	uint32_t certificate_length;
	char basis[INFER_BASIS_MAX];
};

/* The server's records before the client's answer, fragments put together. */
struct infer_part {
	uint32_t length;
	const struct infer_record *record;
};

struct infer_server {
	enum answer requested;
	enum confidence confidence;
	int padding;  /* known by a Finished behind a CertificateVerify */
	bool strange; /* three records or more that fit no layout */
	bool padded;  /* lengths have a common divisor: block padding */
	/* What looks like the request is one record, as long as the Certificate's or longer: it may
	 * be that one's first half, and is worth nothing alone. */
	bool request_may_be_half;
	const struct infer_record *request, *finished;
	uint32_t request_length;
	char basis[INFER_BASIS_MAX];
};

struct infer_view {
	const struct infer_input *in;
	uint32_t hash, tag;
	/* The client's encrypted records from the first on, without a hole, early data left out. */
	const struct infer_record *c[INFER_FLIGHT_MAX];
	size_t nc;
	const struct infer_record
	    *stop;             /* the client's first record that is not like these; NULL */
	uint32_t client_block; /* greatest common divisor of all its records, tag left out */
};

/* False: the suite's sizes are not known. */
bool infer_view_make(struct infer_view *v, const struct infer_input *in);

/* Body length of a record that holds `content` bytes. */
uint32_t infer_sealed(const struct infer_view *v, uint32_t content, int padding);
uint32_t infer_length(const struct infer_view *v, enum infer_message m, int padding);
/* The padding with which this record is that message; INFER_PAD_UNKNOWN: it is not. */
int infer_is(const struct infer_view *v, const struct infer_record *r, enum infer_message m);
bool infer_is_padded(const struct infer_view *v, uint32_t length, enum infer_message m,
		     int padding);
/* The key whose CertificateVerify is so long; NULL: none. */
const char *infer_verify_key(const struct infer_view *v, uint32_t length, int padding);
/* Such a record may continue in the next one: as long as was agreed on, or a round number. */
bool infer_may_continue(const struct infer_view *v, uint32_t length);
bool infer_at_limit(const struct infer_view *v, uint32_t length);
/* Bytes of content in a body of that length; 0 when it can't be so. */
uint32_t infer_content(const struct infer_view *v, uint32_t length, int padding);
/* Nanoseconds from one to the other; a capture may hold any times. */
int64_t infer_elapsed(int64_t from, int64_t to);
uint32_t infer_divisor(uint32_t a, uint32_t b);
bool infer_any_padding(int *padding, unsigned i);

/* Writes a sentence, cut where it is too long. format: printf's, but %u and %s alone. */
void infer_say(char basis[static INFER_BASIS_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void infer_client_flight(const struct infer_view *v, struct infer_flight *f);
/* Block padding: what a flight may be, given what the server's side says. */
void infer_client_padded(const struct infer_view *v, enum answer requested, struct infer_flight *f);
void infer_server_flight(const struct infer_view *v, struct infer_server *s);
void infer_outcome(const struct infer_view *v, const struct infer_flight *f,
		   const struct infer_server *s, struct infer_output *out);

#endif
