/*
 * handshake.c - names of handshake messages and the lengths they can have, see handshake.h. RFC
 * 8446 section 4.
 */
#include "dissectors/tls/handshake.h"

bool
tls_handshake_header_plausible(const struct tls_handshake_header *h)
{
	int64_t length = h->length;

	switch (h->type) {
#define TLS_MESSAGE(code, name, text, least, most, reference) \
	case code:                                            \
		return length >= (least) && length <= (most);
#include "dissectors/tls/messages.def"
	default:
		return false;
	}
}

const char *
tls_handshake_name(uint8_t type)
{
	switch (type) {
#define TLS_MESSAGE(code, name, text, least, most, reference) \
	case code:                                            \
		return text;
#include "dissectors/tls/messages.def"
	default:
		return NULL;
	}
}

const char *
tls_handshake_iana_name(uint8_t type)
{
	switch (type) {
#define TLS_MESSAGE(code, name, text, least, most, reference) \
	case code:                                            \
		return #name;
#include "dissectors/tls/messages.def"
	default:
		return NULL;
	}
}
