/*
 * ext_early_data.h - 0-RTT. CH: data follows; EE: accepted; NST: allowed, up to a size.
 * RFC 8446 section 4.2.10.
 */
#ifndef DISSECTORS_TLS_EXT_EARLY_DATA_H
#define DISSECTORS_TLS_EXT_EARLY_DATA_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_early_data {
	uint32_t max_early_data_size; /* NST: bytes */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_early_data_parse(struct cursor *in, enum tls_place place,
			      struct tls_ext_early_data *out);

#endif
