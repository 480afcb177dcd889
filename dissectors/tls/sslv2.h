/*
 * sslv2.h - the SSLv2-format ClientHello, which old clients send to offer SSLv3 and TLS as well.
 * May open a stream instead of a TLS record; everything after it is TLS records, unless the server
 * speaks SSLv2 itself. RFC 5246 appendix E.2, RFC 6101 appendix E.
 */
#ifndef DISSECTORS_TLS_SSLV2_H
#define DISSECTORS_TLS_SSLV2_H

#include "dissectors/wire/cursor.h"

enum { SSLV2_HEADER_LEN = 2, SSLV2_CLIENT_HELLO = 1 };

/* Views borrow from the message. */
struct sslv2_client_hello {
	uint16_t version;          /* 0x0002, or the best TLS version the client has */
	struct bytes cipher_specs; /* 3 bytes each; 00 xx yy is the TLS suite xxyy */
	struct bytes session_id;   /* empty or 16 bytes */
	struct bytes challenge;    /* 16..32 bytes; right-aligned it is TLS's client random */
};

/* The two-byte record header (high bit set); *length is of the message that follows. False when it
 * is short or has another form. */
bool sslv2_header_parse(struct cursor *in, uint16_t *length);
/* `in` covers the message behind the record header, msg_type included. */
bool sslv2_client_hello_parse(struct cursor *in, struct sslv2_client_hello *out);
/* The next cipher spec, 24 bits; names: sslv2_cipher_name(). */
bool sslv2_cipher_spec_next(struct cursor *list, uint32_t *out);

#endif
