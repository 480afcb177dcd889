/*
 * checks.h - what the fields of a presented chain, held against the request and the packet's time,
 * show to be wrong with it. Pure: no OpenSSL, no trust store; signatures are chain.h's.
 * Used by conditions.c. RFC 5280 section 4, RFC 5246 section 7.4.4, RFC 8446 section 4.2.3.
 */
#ifndef ANALYZER_VERDICT_CHECKS_H
#define ANALYZER_VERDICT_CHECKS_H

#include <stdbool.h>

#include "analyzer/outcome.h"
#include "analyzer/tls/requests.h"

enum {
	CHECKS_SKEW_MAX = 24 * 60 * 60, /* seconds: a clock may be this wrong */
	CHECKS_RSA_BITS_MIN = 2048,
	CHECKS_EC_BITS_MIN = 224,
	CHECKS_DEPTH_MAX = 1, /* intermediates that a verify depth of 1 (nginx, Apache) lets pass */
	CHECKS_CA_LIST_MAX = 16 * 1024, /* bytes; longer lists break clients and middleboxes */
};

/* Bits of checks.found. About the leaf where nothing else is said. */
enum check {
	CHECK_EXPIRED = 1 << 0,
	CHECK_NOT_YET_VALID = 1 << 1,
	CHECK_SKEW = 1 << 2,            /* not valid yet, by less than CHECKS_SKEW_MAX */
	CHECK_NO_CLIENT_AUTH = 1 << 3,  /* extended key usage without clientAuth */
	CHECK_NO_SERVER_AUTH = 1 << 4,  /* ... without serverAuth */
	CHECK_NO_SIGNATURE = 1 << 5,    /* key usage without digitalSignature */
	CHECK_SELF_SIGNED = 1 << 6,     /* subject and issuer are one name */
	CHECK_ISSUER_UNSENT = 1 << 7,   /* of the last certificate sent, which is no root */
	CHECK_ISSUER_LISTED = 1 << 8,   /* the request names an issuer of the chain */
	CHECK_ISSUER_UNLISTED = 1 << 9, /* it names others only */
	CHECK_WEAK_KEY = 1 << 10,
	CHECK_WEAK_DIGEST = 1 << 11, /* MD5 or SHA-1 signed a certificate that is no root */
	CHECK_DEEP = 1 << 12,        /* more intermediates than CHECKS_DEPTH_MAX */
	CHECK_MALFORMED = 1 << 13,
	CHECK_KEY_NOT_ASKED_FOR = 1 << 14, /* its key fits no type or scheme of the request */
	CHECK_UPPER_EXPIRED = 1 << 15,     /* an issuer that was sent is not valid now */
	CHECK_STATUS_URL = 1 << 16,        /* it names an OCSP responder */
};

/* Bits of the request alone. */
enum check_request {
	CHECK_LIST_EMPTY = 1 << 0,
	CHECK_LIST_LONG = 1 << 1,
	CHECK_NARROW = 1 << 2, /* RSA or ECDSA keys are not asked for */
};

struct checks {
	unsigned found;                          /* enum check */
	const struct outcome_certificate *weak;  /* the certificate a weakness is in */
	const struct outcome_certificate *upper; /* of CHECK_UPPER_EXPIRED */
	const struct outcome_certificate *last;  /* whose issuer was not sent */
	size_t intermediates;                    /* sent, roots not counted */
};

/* The chain as sent, leaf first. request: NULL when it is not known. now: seconds since 1970. */
void checks_chain(struct outcome_certificate *const *chain, size_t count,
		  const struct request *request, int64_t now, struct checks *out);
unsigned checks_request(const struct request *request);
/* Some scheme or certificate type of the request fits a key of this type ("RSA", "EC P-256"). */
bool checks_key_asked_for(const struct request *request, const char *key_type);

#endif
