/*
 * ext_record_size_limit.h - the largest record the sender takes. RFC 8449 section 4.
 */
#ifndef DISSECTORS_TLS_EXT_RECORD_SIZE_LIMIT_H
#define DISSECTORS_TLS_EXT_RECORD_SIZE_LIMIT_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_record_size_limit {
	uint16_t limit; /* plaintext bytes of a protected record; in 1.3 the content type byte
			   included */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_record_size_limit_parse(struct cursor *in, enum tls_place place,
				     struct tls_ext_record_size_limit *out);

#endif
