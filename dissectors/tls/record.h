/*
 * record.h - TLS record header: type, version, length.
 * First thing read at every record boundary; framing.c follows the lengths, this file only reads
 * one header. RFC 8446 section 5.1, RFC 5246 section 6.2.1; SSLv3 RFC 6101 section 5.2.1.
 */
#ifndef DISSECTORS_TLS_RECORD_H
#define DISSECTORS_TLS_RECORD_H

#include "dissectors/tls/version.h"
#include "dissectors/wire/cursor.h"

enum tls_content_type {
	TLS_CONTENT_change_cipher_spec = 20,
	TLS_CONTENT_alert = 21,
	TLS_CONTENT_handshake = 22,
	TLS_CONTENT_application_data = 23,
	TLS_CONTENT_heartbeat = 24, /* RFC 6520 */
};

enum {
	TLS_RECORD_HEADER_LEN = 5,
	TLS_PLAINTEXT_MAX = 1 << 14,            /* RFC 8446 section 5.1 */
	TLS13_CIPHERTEXT_MAX = (1 << 14) + 256, /* RFC 8446 section 5.2 */
	TLS_CIPHERTEXT_MAX = (1 << 14) + 2048,  /* RFC 5246 section 6.2.3; also our bound for all */
};

struct tls_record_header {
	uint8_t type;            /* enum tls_content_type, or anything: not checked */
	uint16_t legacy_version; /* as on the wire; means little, see RFC 8446 section 5.1 */
	uint16_t length;         /* of the fragment that follows */
};

/* Reads five bytes and leaves the cursor behind them. False only when they are not there. */
static inline bool
tls_record_header_parse(struct cursor *in, struct tls_record_header *out)
{
	struct bytes header = cursor_bytes(in, TLS_RECORD_HEADER_LEN, "record header");

	if (header.len == 0) {
		*out = (struct tls_record_header){0};
		return false;
	}
	out->type = header.data[0];
	out->legacy_version = bytes_u16(header, 1);
	out->length = bytes_u16(header, 3);
	return true;
}

/* Could be a record header of a live TLS stream: type 20..24, version 03 00..03 04 or 01 01 (TLCP),
 * length <= TLS_CIPHERTEXT_MAX and not 0 (0 is allowed for application data, RFC 5246 section
 * 6.2.1). One match among random bytes is likely (about 1 in 10^6 offsets), three in a row are not.
 */
static inline bool
tls_record_header_plausible(const struct tls_record_header *h)
{
	bool version = (h->legacy_version >= TLS_SSL3 && h->legacy_version <= TLS_1_3) ||
		       h->legacy_version == TLS_TLCP;

	return version && h->type >= TLS_CONTENT_change_cipher_spec &&
	       h->type <= TLS_CONTENT_heartbeat && h->length <= TLS_CIPHERTEXT_MAX &&
	       (h->length > 0 || h->type == TLS_CONTENT_application_data);
}

/* "handshake" etc; NULL for an unknown type. */
const char *tls_content_type_name(uint8_t type);

#endif
