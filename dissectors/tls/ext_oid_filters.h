/*
 * ext_oid_filters.h - certificate extensions the client certificate must have.
 * RFC 8446 section 4.2.5.
 */
#ifndef DISSECTORS_TLS_EXT_OID_FILTERS_H
#define DISSECTORS_TLS_EXT_OID_FILTERS_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_oid_filter {
	struct bytes oid;    /* DER, tag and length included */
	struct bytes values; /* DER */
};

struct tls_ext_oid_filters {
	struct bytes filters; /* iterate with tls_oid_filter_next */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_oid_filters_parse(struct cursor *in, enum tls_place place,
			       struct tls_ext_oid_filters *out);

bool tls_oid_filter_next(struct cursor *list, struct tls_oid_filter *out);

#endif
