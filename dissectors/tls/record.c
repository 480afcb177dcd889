/*
 * record.c - TLS record header, see record.h. RFC 8446 section 5.1.
 */
#include "dissectors/tls/record.h"

#include "dissectors/tls/version.h"

bool
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

bool
tls_record_header_plausible(const struct tls_record_header *h)
{
	bool version = (h->legacy_version >= TLS_SSL3 && h->legacy_version <= TLS_1_3) ||
		       h->legacy_version == TLS_TLCP;

	return version && h->type >= TLS_CONTENT_change_cipher_spec &&
	       h->type <= TLS_CONTENT_heartbeat && h->length <= TLS_CIPHERTEXT_MAX &&
	       (h->length > 0 || h->type == TLS_CONTENT_application_data);
}

const char *
tls_content_type_name(uint8_t type)
{
	static const char *const names[] = {"change_cipher_spec", "alert", "handshake",
					    "application_data", "heartbeat"};

	if (type < TLS_CONTENT_change_cipher_spec || type > TLS_CONTENT_heartbeat)
		return NULL;
	return names[type - TLS_CONTENT_change_cipher_spec];
}
