/*
 * server_hello.c - ServerHello and HelloRetryRequest, RFC 8446 sections 4.1.3 and 4.1.4; see
 * server_hello.h.
 */
#include "dissectors/tls/server_hello.h"

#include "dissectors/tls/ext_key_share.h"
#include "dissectors/tls/ext_pre_shared_key.h"
#include "dissectors/tls/ext_supported_versions.h"

enum { RANDOM_LEN = 32, SESSION_ID_MAX = 32 };

/* SHA-256 of "HelloRetryRequest", RFC 8446 section 4.1.3. */
static const uint8_t hello_retry_random[RANDOM_LEN] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static enum tls_downgrade
downgrade_of(struct bytes random)
{
	static const char mark[] = "DOWNGRD";
	enum { MARK_LEN = sizeof(mark) - 1, MARK_AT = RANDOM_LEN - MARK_LEN - 1 };

	if (random.len != RANDOM_LEN || memcmp(random.data + MARK_AT, mark, MARK_LEN) != 0)
		return TLS_DOWNGRADE_NONE;
	switch (random.data[RANDOM_LEN - 1]) {
	case 0:
		return TLS_DOWNGRADE_TLS11;
	case 1:
		return TLS_DOWNGRADE_TLS12;
	default:
		return TLS_DOWNGRADE_NONE;
	}
}

static void
read_extension(struct cursor *data, uint16_t type, enum tls_place place,
	       struct tls_server_hello *out)
{
	struct tls_ext_supported_versions versions;
	struct tls_ext_pre_shared_key psk;
	struct tls_ext_key_share share;

	switch (type) {
	case TLS_EXT_supported_versions:
		if (tls_ext_supported_versions_parse(data, place, &versions))
			out->selected_version = versions.selected;
		break;
	case TLS_EXT_pre_shared_key:
		out->has_pre_shared_key = tls_ext_pre_shared_key_parse(data, place, &psk);
		out->selected_identity = psk.selected_identity;
		break;
	case TLS_EXT_key_share:
	case TLS_EXT_key_share_draft:
		out->has_key_share = tls_ext_key_share_parse(data, place, &share);
		out->group = share.server.group;
		out->key_exchange = share.server.key_exchange;
		break;
	default:
		break;
	}
}

static void
read_extensions(struct cursor *in, struct tls_server_hello *out)
{
	enum tls_place place = out->hello_retry_request ? TLS_IN_HRR : TLS_IN_SH;
	struct cursor list = cursor_child(in, out->extensions);
	struct tls_extension ext;

	while (tls_extension_next(&list, &ext)) {
		struct cursor data = cursor_child(&list, ext.data);
		read_extension(&data, ext.type, place, out);
		cursor_adopt(&list, &data);
	}
	cursor_adopt(in, &list);
}

bool
tls_server_hello_parse(struct cursor *in, struct tls_server_hello *out)
{
	*out = (struct tls_server_hello){0};
	out->legacy_version = cursor_u16(in, "legacy_version");
	out->random = cursor_bytes(in, RANDOM_LEN, "random");
	bool draft = out->legacy_version >> 8 == TLS_DRAFT_MAJOR;
	if (!draft)
		out->session_id = cursor_vec(in, 1, "legacy_session_id_echo");
	if (out->session_id.len > SESSION_ID_MAX)
		cursor_fail(in, "legacy_session_id_echo");
	out->cipher_suite = cursor_u16(in, "cipher_suite");
	if (!draft)
		out->compression_method = cursor_u8(in, "legacy_compression_method");
	out->has_extensions = cursor_more(in);
	if (out->has_extensions)
		out->extensions = cursor_vec(in, 2, "extensions");
	cursor_end(in, "ServerHello");

	out->hello_retry_request =
	    bytes_equal(out->random, bytes_of(hello_retry_random, RANDOM_LEN));
	out->downgrade = downgrade_of(out->random);
	out->selected_version = out->legacy_version;
	read_extensions(in, out);
	out->version = tls_version_of(out->selected_version);
	return cursor_ok(in);
}
