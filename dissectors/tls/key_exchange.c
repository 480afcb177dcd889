/*
 * key_exchange.c - ServerKeyExchange and ClientKeyExchange, RFC 5246 sections 7.4.3 and 7.4.7; see
 * key_exchange.h.
 */
#include "dissectors/tls/key_exchange.h"

/* What the server's message holds, in this order: hint, parameters, signature. */
enum ske_params { SKE_UNREADABLE, SKE_NOTHING, SKE_DH, SKE_EC, SKE_RSA };

/* What the client's message holds behind a PSK identity: nothing, a vector, or all the rest. */
enum cke_keys { CKE_REST, CKE_NOTHING, CKE_VEC1, CKE_VEC2 };

struct shape {
	bool psk; /* server: psk_identity_hint; client: psk_identity */
	enum ske_params params;
	bool is_signed; /* unless the suite is anonymous */
	enum cke_keys keys;
};

/* clang-format off */
static const struct shape shapes[] = {
	/*                     psk    params          signed keys           reference */
	[TLS_KX_NULL]       = {false, SKE_UNREADABLE, false, CKE_REST},
	[TLS_KX_RSA]        = {false, SKE_UNREADABLE, false, CKE_VEC2},    /* RFC 5246 section 7.4.7.1 */
	[TLS_KX_RSA_EXPORT] = {false, SKE_RSA,        true,  CKE_VEC2},    /* RFC 2246 section 7.4.3 */
	[TLS_KX_DH]         = {false, SKE_UNREADABLE, false, CKE_VEC2},    /* RFC 5246 section 7.4.7.2 */
	[TLS_KX_DHE]        = {false, SKE_DH,         true,  CKE_VEC2},    /* RFC 5246 section 7.4.3 */
	[TLS_KX_ECDH]       = {false, SKE_UNREADABLE, false, CKE_VEC1},    /* RFC 8422 section 5.7 */
	[TLS_KX_ECDHE]      = {false, SKE_EC,         true,  CKE_VEC1},    /* RFC 8422 section 5.4 */
	[TLS_KX_PSK]        = {true,  SKE_NOTHING,    false, CKE_NOTHING}, /* RFC 4279 section 2 */
	[TLS_KX_DHE_PSK]    = {true,  SKE_DH,         false, CKE_VEC2},    /* RFC 4279 section 3 */
	[TLS_KX_RSA_PSK]    = {true,  SKE_NOTHING,    false, CKE_VEC2},    /* RFC 4279 section 4 */
	[TLS_KX_ECDHE_PSK]  = {true,  SKE_EC,         false, CKE_VEC1},    /* RFC 5489 section 2 */
	[TLS_KX_SRP]        = {false, SKE_UNREADABLE, false, CKE_VEC2},    /* RFC 5054 section 2.8 */
	[TLS_KX_KRB5]       = {false, SKE_UNREADABLE, false, CKE_REST},
	[TLS_KX_FORTEZZA]   = {false, SKE_UNREADABLE, false, CKE_REST},
	[TLS_KX_GOST]       = {false, SKE_UNREADABLE, false, CKE_REST},
	[TLS_KX_ECCPWD]     = {false, SKE_UNREADABLE, false, CKE_REST},
	[TLS_KX_ECJPAKE]    = {false, SKE_UNREADABLE, false, CKE_REST},
	[TLS_KX_SM2]        = {false, SKE_NOTHING,    true,  CKE_VEC2},    /* GB/T 38636 section 6.4.5 */
	[TLS_KX_SM2DHE]     = {false, SKE_EC,         true,  CKE_REST},
	[TLS_KX_13]         = {false, SKE_UNREADABLE, false, CKE_REST},
};
/* clang-format on */

/* ServerDHParams; with EXPORT RSA the same fields are modulus and exponent, without a public key.
 */
static void
read_dh(struct cursor *in, bool rsa, struct tls_server_key_exchange *out)
{
	out->dh_p = cursor_vec(in, 2, "dh_p");
	out->dh_g = cursor_vec(in, 2, "dh_g");
	if (!rsa)
		out->public_key = cursor_vec(in, 2, "dh_Ys");
}

/* ServerECDHParams. An explicit curve is not read further: nobody sends one, RFC 8422 forbids it.
 */
static void
read_ec(struct cursor *in, struct tls_server_key_exchange *out)
{
	out->curve_type = cursor_u8(in, "curve_type");
	if (out->curve_type != TLS_CURVE_named)
		cursor_fail(in, "curve_type");
	out->group = cursor_u16(in, "namedcurve");
	out->public_key = cursor_vec(in, 1, "point");
}

static void
read_signature(struct cursor *in, enum tls_version v, struct tls_server_key_exchange *out)
{
	out->has_algorithm = tls_version_has_schemes(v) && cursor_more(in);
	if (out->has_algorithm)
		out->algorithm = cursor_u16(in, "algorithm");
	out->signature = cursor_vec(in, 2, "signature");
}

void
tls_server_key_exchange_parse(struct cursor *in, enum tls_version v, const struct tls_cipher *c,
			      struct tls_server_key_exchange *out)
{
	*out = (struct tls_server_key_exchange){0};
	if (c == NULL || shapes[c->kx].params == SKE_UNREADABLE)
		return;
	const struct shape *shape = &shapes[c->kx];
	if (shape->psk)
		out->psk_hint = cursor_vec(in, 2, "psk_identity_hint");
	if (shape->params == SKE_DH || shape->params == SKE_RSA)
		read_dh(in, shape->params == SKE_RSA, out);
	if (shape->params == SKE_EC)
		read_ec(in, out);
	if (shape->is_signed && c->auth != TLS_AUTH_ANON)
		read_signature(in, v, out);
	out->complete = cursor_end(in, "ServerKeyExchange");
}

static struct bytes
read_keys(struct cursor *in, enum cke_keys keys)
{
	switch (keys) {
	case CKE_NOTHING:
		return (struct bytes){0};
	case CKE_VEC1:
		return cursor_vec(in, 1, "ecdh_Yc");
	case CKE_VEC2:
		return cursor_vec(in, 2, "exchange_keys");
	default:
		return cursor_rest(in);
	}
}

void
tls_client_key_exchange_parse(struct cursor *in, enum tls_version v, const struct tls_cipher *c,
			      struct tls_client_key_exchange *out)
{
	*out = (struct tls_client_key_exchange){0};
	if (c == NULL)
		return;
	const struct shape *shape = &shapes[c->kx];
	enum cke_keys keys = shape->keys;
	/* SSLv3 sends the encrypted premaster secret bare, RFC 6101 section 5.6.7.1. */
	if (v == TLS_SSL3 && (c->kx == TLS_KX_RSA || c->kx == TLS_KX_RSA_EXPORT))
		keys = CKE_REST;
	if (shape->psk)
		out->psk_identity = cursor_vec(in, 2, "psk_identity");
	/* Nothing at all: implicit, the key is in the client's certificate. */
	if (shape->psk || cursor_more(in))
		out->exchange_keys = read_keys(in, keys);
	out->complete = cursor_end(in, "ClientKeyExchange");
}
