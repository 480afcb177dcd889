/*
 * version.c - version codes to versions and names, see version.h.
 */
#include "dissectors/tls/version.h"

#include <stddef.h>

/* RFC 8446 section 4.2.1.1 of its drafts: 0x7f00 | draft number. The others were field trials,
 * listed by Wireshark's TLS dissector. */
static bool
is_draft_of_13(uint16_t code)
{
	return (code >= 0x7f0e && code <= 0x7f1c) || code == 0xfb17 || code == 0xfb1a;
}

enum tls_version
tls_version_of(uint16_t code)
{
	if (tls_version_name(code) != NULL)
		return (enum tls_version)code;
	return is_draft_of_13(code) ? TLS_1_3 : TLS_VERSION_UNKNOWN;
}

const char *
tls_version_name(uint16_t code)
{
	switch (code) {
#define TLS_VERSION(code, constant, text) \
	case code:                        \
		return text;
#include "dissectors/tls/iana_versions.def"
	default:
		return NULL;
	}
}
