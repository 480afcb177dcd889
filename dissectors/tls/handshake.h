/*
 * handshake.h - handshake message header, and the names of the messages.
 * The stream layer reads a header, collects `length` bytes and calls the message's own parser with
 * a cursor over exactly that body. RFC 8446 section 4; rows in messages.def.
 */
#ifndef DISSECTORS_TLS_HANDSHAKE_H
#define DISSECTORS_TLS_HANDSHAKE_H

#include "dissectors/wire/cursor.h"

/* TLS_HS_client_hello = 1 and so on, in IANA's spelling. */
enum tls_handshake_type {
#define TLS_MESSAGE(code, name, text, least, most, reference) TLS_HS_##name = (code),
#include "dissectors/tls/messages.def"
};

enum { TLS_HANDSHAKE_HEADER_LEN = 4 };

struct tls_handshake_header {
	uint8_t type;    /* enum tls_handshake_type, or anything: not checked */
	uint32_t length; /* of the body, 24 bits */
};

/* Reads four bytes and leaves the cursor behind them. False only when they are not there. */
static inline bool
tls_handshake_header_parse(struct cursor *in, struct tls_handshake_header *out)
{
	out->type = cursor_u8(in, "HandshakeType");
	out->length = cursor_u24(in, "length");
	return cursor_ok(in);
}

/* A known type with a length its body can have. Ciphertext passes about once in 200 records: use it
 * together with what the state expects. */
bool tls_handshake_header_plausible(const struct tls_handshake_header *h);

/* "ClientHello" etc, as RFCs and users call it; NULL for an unknown type. */
const char *tls_handshake_name(uint8_t type);
/* "client_hello" etc; NULL for an unknown type. */
const char *tls_handshake_iana_name(uint8_t type);

#endif
