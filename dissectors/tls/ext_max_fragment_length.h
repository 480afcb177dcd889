/*
 * ext_max_fragment_length.h - smaller records, by code 1..4. RFC 6066 section 4.
 */
#ifndef DISSECTORS_TLS_EXT_MAX_FRAGMENT_LENGTH_H
#define DISSECTORS_TLS_EXT_MAX_FRAGMENT_LENGTH_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_max_fragment_length {
	uint8_t code;
	uint16_t limit; /* plaintext bytes: 512, 1024, 2048, 4096; 0 for another code */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_max_fragment_length_parse(struct cursor *in, enum tls_place place,
				       struct tls_ext_max_fragment_length *out);

#endif
