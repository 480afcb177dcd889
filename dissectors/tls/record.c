/*
 * record.c - names of content types, see record.h. RFC 8446 section 5.1.
 */
#include "dissectors/tls/record.h"

const char *
tls_content_type_name(uint8_t type)
{
	static const char *const names[] = {"change_cipher_spec", "alert", "handshake",
					    "application_data", "heartbeat"};

	if (type < TLS_CONTENT_change_cipher_spec || type > TLS_CONTENT_heartbeat)
		return NULL;
	return names[type - TLS_CONTENT_change_cipher_spec];
}
