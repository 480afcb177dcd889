/*
 * small_messages.h - the handshake messages that are one field or none.
 * EncryptedExtensions RFC 8446 section 4.3.1; Finished RFC 8446 section 4.4.4, RFC 5246
 * section 7.4.9, RFC 6101 section 5.6.9; KeyUpdate RFC 8446 section 4.6.3. HelloRequest,
 * ServerHelloDone and EndOfEarlyData are empty: cursor_end() is their parser.
 */
#ifndef DISSECTORS_TLS_SMALL_MESSAGES_H
#define DISSECTORS_TLS_SMALL_MESSAGES_H

#include "dissectors/tls/version.h"
#include "dissectors/wire/cursor.h"

struct tls_encrypted_extensions {
	struct bytes extensions; /* iterate with tls_extension_next */
};

bool tls_encrypted_extensions_parse(struct cursor *in, struct tls_encrypted_extensions *out);

struct tls_finished {
	struct bytes
	    verify_data; /* 12 bytes in TLS 1.0-1.2, 36 in SSLv3, the hash's length in 1.3 */
};

/* Fails when the length is not one that the version has: ciphertext looks like that. */
bool tls_finished_parse(struct cursor *in, enum tls_version v, struct tls_finished *out);

struct tls_key_update {
	uint8_t request_update; /* 0 or 1 */
};

bool tls_key_update_parse(struct cursor *in, struct tls_key_update *out);

#endif
