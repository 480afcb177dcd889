/*
 * names.h - registries: code to name, and what a cipher suite is made of.
 * Rows in iana_{ciphers,groups,schemes,types}.def and encryptions.def. Every *_name gives a string
 * that lives forever, or NULL for a code without a row (show it as 0x%04x); GREASE codes (RFC 8701)
 * are named "GREASE" where they can occur. Messages, alerts, extensions, versions are named by
 * their own headers.
 */
#ifndef DISSECTORS_TLS_NAMES_H
#define DISSECTORS_TLS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* How the premaster secret is made. */
enum tls_kx {
	TLS_KX_NULL,
	TLS_KX_RSA,
	TLS_KX_RSA_EXPORT,
	TLS_KX_DH, /* fixed, in the certificate */
	TLS_KX_DHE,
	TLS_KX_ECDH, /* fixed, in the certificate */
	TLS_KX_ECDHE,
	TLS_KX_PSK,
	TLS_KX_DHE_PSK,
	TLS_KX_RSA_PSK,
	TLS_KX_ECDHE_PSK,
	TLS_KX_SRP,
	TLS_KX_KRB5,
	TLS_KX_FORTEZZA,
	TLS_KX_GOST,
	TLS_KX_ECCPWD,
	TLS_KX_ECJPAKE,
	TLS_KX_SM2,    /* TLCP: ECC and RSA, IBC */
	TLS_KX_SM2DHE, /* TLCP: ECDHE, IBSDH */
	TLS_KX_13,     /* not part of the suite since TLS 1.3 */
};

/* How the server proves who it is. With TLS_AUTH_ANON, PSK, SRP and KRB5 there is no server
 * certificate, so there can be no CertificateRequest (RFC 5246 section 7.4.4, RFC 4279 section 2).
 */
enum tls_auth {
	TLS_AUTH_NULL,
	TLS_AUTH_ANON,
	TLS_AUTH_RSA,
	TLS_AUTH_DSS,
	TLS_AUTH_ECDSA,
	TLS_AUTH_PSK,
	TLS_AUTH_SRP,
	TLS_AUTH_KRB5,
	TLS_AUTH_FORTEZZA,
	TLS_AUTH_GOST,
	TLS_AUTH_PWD, /* ECCPWD, ECJPAKE */
	TLS_AUTH_SM2,
	TLS_AUTH_13, /* not part of the suite since TLS 1.3 */
};

enum tls_encryption {
#define TLS_ENCRYPTION(name, kind, key, fixed_iv, record_iv, block, tag) TLS_ENC_##name,
#include "dissectors/tls/encryptions.def"
};

enum tls_encryption_kind {
	TLS_KIND_NULL,
	TLS_KIND_STREAM,
	TLS_KIND_BLOCK,
	TLS_KIND_AEAD,
	TLS_KIND_OTHER, /* GOST: counter modes with their own MAC rules */
};

/* MAC of stream and block suites, and the hash of the PRF or HKDF. */
enum tls_hash {
	TLS_HASH_NONE, /* AEAD: no MAC of its own */
	TLS_HASH_MD5,
	TLS_HASH_SHA1,
	TLS_HASH_SHA256,
	TLS_HASH_SHA384,
	TLS_HASH_SM3,
	TLS_HASH_GOST94,  /* GOST R 34.11-94 */
	TLS_HASH_GOST256, /* GOST R 34.11-2012 */
};

struct tls_cipher {
	uint16_t code;
	const char *name; /* IANA's */
	enum tls_kx kx;
	enum tls_auth auth;
	enum tls_encryption encryption;
	enum tls_hash mac;
	enum tls_hash prf; /* TLS 1.2 and 1.3; before, MD5 with SHA-1 whatever the suite */
};

/* Lengths in bytes. record_iv: explicit nonce or (TLS 1.1+) IV in front of every record before 1.3;
 * tag: of an AEAD. */
struct tls_encryption_info {
	const char *name;
	enum tls_encryption_kind kind;
	uint8_t key, fixed_iv, record_iv, block, tag;
};

/* NULL for a code without a row, for GREASE and for the SCSVs' neighbours. Binary search. */
const struct tls_cipher *tls_cipher_find(uint16_t code);
/* Never NULL for a value of the enum. */
const struct tls_encryption_info *tls_encryption_info(enum tls_encryption e);
/* Output length in bytes; 0 for TLS_HASH_NONE. */
unsigned tls_hash_length(enum tls_hash h);

/* One of 0x0a0a, 0x1a1a ... 0xfafa, RFC 8701: suites, groups, schemes, versions, extensions. */
static inline bool
tls_is_grease(uint16_t code)
{
	return (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

/* TLS_GROUP_x25519 = 29 and so on; TLS_SCHEME_rsa_pkcs1_sha256 = 0x0401 and so on. */
enum tls_group {
#define TLS_GROUP(code, name, reference) TLS_GROUP_##name = (code),
#include "dissectors/tls/iana_groups.def"
};
enum tls_signature_scheme {
#define TLS_SCHEME(code, name, reference) TLS_SCHEME_##name = (code),
#include "dissectors/tls/iana_schemes.def"
};

const char *tls_cipher_name(uint16_t code);
const char *sslv2_cipher_name(uint32_t code); /* 24 bits; 00xxyy gives the TLS suite's */
const char *tls_group_name(uint16_t code);
/* SignatureScheme, and the hash and signature pairs of TLS 1.2 that are none ("dsa_sha1"). */
const char *tls_signature_scheme_name(uint16_t code);
/* ClientCertificateType of a CertificateRequest before 1.3: "rsa_sign", "ecdsa_sign" ... */
const char *tls_client_certificate_type_name(uint8_t code);
/* Format of a certificate: "X509", "RawPublicKey" ... */
const char *tls_certificate_type_name(uint8_t code);
/* RFC 8879: "zlib", "brotli", "zstd". */
const char *tls_certificate_compression_name(uint16_t code);

#endif
