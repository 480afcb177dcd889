/*
 * ext_encrypted_client_hello.h - ECH. CH: outer (with payload) or inner; EE: retry configs, so
 * refused; HRR: confirmation. A GREASE ECH is not told apart: it is made to look the same. RFC 9849
 * section 5.
 */
#ifndef DISSECTORS_TLS_EXT_ENCRYPTED_CLIENT_HELLO_H
#define DISSECTORS_TLS_EXT_ENCRYPTED_CLIENT_HELLO_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

enum tls_ech_type { TLS_ECH_outer = 0, TLS_ECH_inner = 1 };

struct tls_ext_encrypted_client_hello {
	uint8_t type; /* CH: enum tls_ech_type */
	uint16_t kdf_id, aead_id;
	uint8_t config_id;
	struct bytes enc, payload;  /* CH outer; enc is empty after a HelloRetryRequest */
	struct bytes retry_configs; /* EE: ECHConfigList */
	struct bytes confirmation;  /* HRR: 8 bytes */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_encrypted_client_hello_parse(struct cursor *in, enum tls_place place,
					  struct tls_ext_encrypted_client_hello *out);

#endif
