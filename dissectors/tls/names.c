/*
 * names.c - lookups over the registries, see names.h.
 */
#include "dissectors/tls/names.h"

#include <stddef.h>

static const struct tls_cipher ciphers[] = {
#define TLS_CIPHER(code, name, kx, auth, enc, mac, prf)                 \
	{(code),        #name,          TLS_KX_##kx,   TLS_AUTH_##auth, \
	 TLS_ENC_##enc, TLS_HASH_##mac, TLS_HASH_##prf},
#include "dissectors/tls/iana_ciphers.def"
};

static const struct tls_encryption_info encryptions[] = {
#define TLS_ENCRYPTION(name, kind, key, fixed_iv, record_iv, block, tag) \
	{#name, TLS_KIND_##kind, key, fixed_iv, record_iv, block, tag},
#include "dissectors/tls/encryptions.def"
};

const struct tls_cipher *
tls_cipher_find(uint16_t code)
{
	size_t low = 0, high = sizeof(ciphers) / sizeof(ciphers[0]);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (ciphers[mid].code == code)
			return &ciphers[mid];
		if (ciphers[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct tls_encryption_info *
tls_encryption_info(enum tls_encryption e)
{
	return &encryptions[e];
}

unsigned
tls_hash_length(enum tls_hash h)
{
	static const uint8_t length[] = {
	    [TLS_HASH_NONE] = 0,    [TLS_HASH_MD5] = 16,     [TLS_HASH_SHA1] = 20,
	    [TLS_HASH_SHA256] = 32, [TLS_HASH_SHA384] = 48,  [TLS_HASH_SM3] = 32,
	    [TLS_HASH_GOST94] = 32, [TLS_HASH_GOST256] = 32,
	};

	return length[h];
}

static const char *
grease_or_null(uint16_t code)
{
	return tls_is_grease(code) ? "GREASE" : NULL;
}

const char *
tls_cipher_name(uint16_t code)
{
	const struct tls_cipher *c = tls_cipher_find(code);

	return c != NULL ? c->name : grease_or_null(code);
}

const char *
sslv2_cipher_name(uint32_t code)
{
	if (code <= 0xffff)
		return tls_cipher_name((uint16_t)code);
	switch (code) {
#define SSLV2_CIPHER(code, name) \
	case code:               \
		return name;
#include "dissectors/tls/iana_types.def"
	default:
		return NULL;
	}
}

const char *
tls_group_name(uint16_t code)
{
	switch (code) {
#define TLS_GROUP(code, name, reference) \
	case code:                       \
		return #name;
#include "dissectors/tls/iana_groups.def"
	default:
		return grease_or_null(code);
	}
}

const char *
tls_signature_scheme_name(uint16_t code)
{
	switch (code) {
#define TLS_SCHEME(code, name, reference) \
	case code:                        \
		return #name;
#include "dissectors/tls/iana_schemes.def"
	default:
		return grease_or_null(code);
	}
}

const char *
tls_client_certificate_type_name(uint8_t code)
{
	switch (code) {
#define TLS_CLIENT_CERTIFICATE_TYPE(code, name) \
	case code:                              \
		return name;
#include "dissectors/tls/iana_types.def"
	default:
		return NULL;
	}
}

const char *
tls_certificate_type_name(uint8_t code)
{
	switch (code) {
#define TLS_CERTIFICATE_TYPE(code, name) \
	case code:                       \
		return name;
#include "dissectors/tls/iana_types.def"
	default:
		return NULL;
	}
}

const char *
tls_certificate_compression_name(uint16_t code)
{
	switch (code) {
#define TLS_CERTIFICATE_COMPRESSION(code, name) \
	case code:                              \
		return name;
#include "dissectors/tls/iana_types.def"
	default:
		return NULL;
	}
}
