/*
 * dns.h - DNS messages over UDP: header, first question, resource records of the answer section.
 * RFC 1035 section 4, RFC 3596 (AAAA). Enough to say what was asked and what came of it; names in
 * records are passed over, compressed or not.
 */
#ifndef DISSECTORS_DNS_DNS_H
#define DISSECTORS_DNS_DNS_H

#include <stdbool.h>
#include <stdint.h>

#include "dissectors/wire/cursor.h"

enum { DNS_NAME_MAX = 253 }; /* characters of a name in text, RFC 1035 section 2.3.4 */
enum dns_type { DNS_TYPE_A = 1, DNS_TYPE_AAAA = 28 };

/* RFC 1035 section 4.1.1. */
enum dns_rcode { DNS_NOERROR, DNS_FORMERR, DNS_SERVFAIL, DNS_NXDOMAIN, DNS_NOTIMP, DNS_REFUSED };

struct dns {
	uint16_t id;
	bool response;
	uint8_t rcode;
	uint16_t type;               /* of the question */
	char name[DNS_NAME_MAX + 1]; /* lower case, dots between labels; bytes that are no letters,
					digits, '-', '_' or '*' become '?' */
	uint16_t answers;            /* as announced */
};

/* Reads up to the answer section, where dns_answer_next goes on. False: no DNS message with exactly
 * one question. */
bool dns_parse(struct cursor *in, struct dns *out);

struct dns_answer {
	uint16_t type;
	struct bytes data; /* of an A record 4 bytes, of AAAA 16 */
};
/* False behind the last, or after a failure. *n counts down from dns.answers. */
bool dns_answer_next(struct cursor *in, uint16_t *n, struct dns_answer *out);

#endif
