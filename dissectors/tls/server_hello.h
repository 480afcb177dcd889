/*
 * server_hello.h - ServerHello and HelloRetryRequest: what the server chose.
 * Decides the version and with it the grammar of all that follows. RFC 8446 sections 4.1.3
 * and 4.1.4, RFC 5246 section 7.4.1.3.
 */
#ifndef DISSECTORS_TLS_SERVER_HELLO_H
#define DISSECTORS_TLS_SERVER_HELLO_H

#include "dissectors/tls/version.h"
#include "dissectors/wire/cursor.h"

/* The last 8 bytes of random, RFC 8446 section 4.1.3: the server knows a newer version than it
 * chose. */
enum tls_downgrade { TLS_DOWNGRADE_NONE, TLS_DOWNGRADE_TLS12, TLS_DOWNGRADE_TLS11 };

/* Views borrow from the message. */
struct tls_server_hello {
	uint16_t legacy_version;
	struct bytes random; /* 32 bytes */
	struct bytes
	    session_id; /* 1.3: the client's, echoed; before: equal to the client's = resumed */
	uint16_t cipher_suite;
	uint8_t compression_method;
	bool has_extensions;
	struct bytes extensions; /* iterate with tls_extension_next */

	bool hello_retry_request;  /* random is the SHA-256 of "HelloRetryRequest" */
	uint16_t selected_version; /* supported_versions (43) where present, else legacy_version */
	enum tls_version
	    version; /* of selected_version; TLS_VERSION_UNKNOWN for a code without a row */
	enum tls_downgrade downgrade; /* meaningful when version is TLS 1.2 or older */
	bool has_pre_shared_key;      /* 1.3: resumed or external PSK */
	uint16_t selected_identity;
	bool has_key_share;
	uint16_t group; /* of the key share; in a HelloRetryRequest the group asked for */
	struct bytes key_exchange; /* empty in a HelloRetryRequest */
};

/* `in` covers the body. The ServerHello of TLS 1.3 drafts up to 21 has their version up front and
 * neither session id nor compression method; it is read, too. Reads supported_versions,
 * pre_shared_key and key_share in one pass over the extensions. On failure what was read before it
 * is set, the rest is zero; the fields up to `extensions` and everything read before a malformed
 * extension can be trusted. */
bool tls_server_hello_parse(struct cursor *in, struct tls_server_hello *out);

#endif
