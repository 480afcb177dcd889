/*
 * key_exchange.h - ServerKeyExchange and ClientKeyExchange before 1.3, as far as their shape shows.
 * Their grammar depends on the cipher suite, which a capture may not show; so they are read
 * best-effort and nothing about a session may fail because of them. RFC 5246 sections 7.4.3
 * and 7.4.7, RFC 8422 section 5.4, RFC 4279 sections 2-4, RFC 5489 section 2, RFC 4346 for EXPORT;
 * GB/T 38636 for TLCP.
 */
#ifndef DISSECTORS_TLS_KEY_EXCHANGE_H
#define DISSECTORS_TLS_KEY_EXCHANGE_H

#include "dissectors/tls/names.h"
#include "dissectors/tls/version.h"
#include "dissectors/wire/cursor.h"

enum tls_curve_type {
	TLS_CURVE_explicit_prime = 1,
	TLS_CURVE_explicit_char2 = 2,
	TLS_CURVE_named = 3
};

/* Views borrow from the message; what was not there is empty or 0. */
struct tls_server_key_exchange {
	bool complete;           /* the whole body was understood */
	struct bytes psk_hint;   /* PSK kinds */
	uint8_t curve_type;      /* ECDHE kinds, enum tls_curve_type */
	uint16_t group;          /* when the curve is named */
	struct bytes dh_p, dh_g; /* DHE kinds; p and g of EXPORT RSA: modulus and exponent */
	struct bytes public_key; /* EC point or dh_Ys */
	bool has_algorithm;      /* TLS 1.2 */
	uint16_t algorithm;      /* SignatureScheme */
	struct bytes signature;  /* empty for anonymous and PSK kinds */
};

/* Never a failure of the caller's: `complete` says how far it came. c is the negotiated suite, NULL
 * unknown (then nothing is read). */
void tls_server_key_exchange_parse(struct cursor *in, enum tls_version v,
				   const struct tls_cipher *c, struct tls_server_key_exchange *out);

struct tls_client_key_exchange {
	bool complete;
	struct bytes psk_identity;  /* PSK kinds */
	struct bytes exchange_keys; /* encrypted premaster, EC point or dh_Yc; empty: implicit (RFC
				       5246 section 7.4.7.2, the key of the client's certificate) */
};

void tls_client_key_exchange_parse(struct cursor *in, enum tls_version v,
				   const struct tls_cipher *c, struct tls_client_key_exchange *out);

#endif
