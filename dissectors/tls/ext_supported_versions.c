/*
 * ext_supported_versions.c - SupportedVersions, RFC 8446 section 4.2.1; see
 * ext_supported_versions.h.
 */
#include "dissectors/tls/ext_supported_versions.h"

bool
tls_ext_supported_versions_parse(struct cursor *in, enum tls_place place,
				 struct tls_ext_supported_versions *out)
{
	*out = (struct tls_ext_supported_versions){0};
	if (place != TLS_IN_CH) {
		out->selected = cursor_u16(in, "selected_version");
		return cursor_end(in, "supported_versions");
	}
	out->versions = cursor_vec(in, 1, "versions");
	if (out->versions.len == 0 || out->versions.len % 2 != 0)
		cursor_fail(in, "versions");
	return cursor_end(in, "supported_versions");
}

TLS_EXT_CHECK(supported_versions)
