/*
 * ext_ec_point_formats.h - EC point formats, uncompressed(0) first of all. RFC 8422 section 5.1.2.
 */
#ifndef DISSECTORS_TLS_EXT_EC_POINT_FORMATS_H
#define DISSECTORS_TLS_EXT_EC_POINT_FORMATS_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_ec_point_formats {
	struct bytes formats; /* 1 byte each; iterate with tls_u8_next */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_ec_point_formats_parse(struct cursor *in, enum tls_place place,
				    struct tls_ext_ec_point_formats *out);

#endif
