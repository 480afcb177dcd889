/*
 * public_key.c - see public_key.h.
 * The size of a key comes from the key (RSA modulus, DSA and DH prime, curve) or from its row.
 */
#include "dissectors/x509/public_key.h"

#include "dissectors/x509/oid.h"

void
x509_algorithm_parse(struct cursor *in, struct x509_algorithm *out, const char *field)
{
	struct cursor body = der_enter(in, DER_SEQUENCE, field);

	*out = (struct x509_algorithm){.oid = der_oid(&body, field)};
	if (cursor_more(&body))
		der_next(&body, &out->parameters, field);
	cursor_end(&body, field);
	cursor_adopt(in, &body);
}

/* Bits of a positive INTEGER's contents. */
static unsigned
integer_bits(struct bytes v)
{
	size_t i = 0;
	unsigned bits;

	while (i < v.len && v.data[i] == 0)
		i++;
	if (i == v.len || v.len - i > UINT16_MAX)
		return 0;
	bits = (unsigned)(v.len - i) * 8;
	for (unsigned top = v.data[i]; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

/* RSAPublicKey ::= SEQUENCE { modulus, publicExponent }, RFC 3279 section 2.3.1 */
static unsigned
rsa_bits(struct cursor *in, struct bytes key)
{
	struct cursor bits = cursor_child(in, key), body;
	struct bytes modulus;

	body = der_enter(&bits, DER_SEQUENCE, "RSAPublicKey");
	modulus = der_integer(&body, "modulus");
	der_integer(&body, "publicExponent");
	cursor_end(&body, "RSAPublicKey");
	cursor_adopt(in, &body);
	return integer_bits(modulus);
}

/* Dss-Parms and DomainParameters both begin with p, RFC 3279 sections 2.3.2 and 2.3.3 */
static unsigned
prime_bits(struct cursor *in, const struct der *parameters)
{
	struct cursor p = cursor_child(in, parameters->value);

	return parameters->tag == DER_SEQUENCE ? integer_bits(der_integer(&p, "p")) : 0;
}

/* ECParameters ::= CHOICE { namedCurve, ... }, RFC 5480 section 2.1.1. An unknown or explicit curve
 * shows in its uncompressed point: 0x04, x, y. */
static unsigned
curve_bits(const struct x509_public_key *k)
{
	const struct x509_oid *row = x509_oid_find(X509_OID_CURVE, k->curve);

	if (row != NULL)
		return row->bits;
	if (k->key.len > 1 && k->key.data[0] == 0x04 && k->key.len < UINT16_MAX)
		return (unsigned)(k->key.len - 1) / 2 * 8;
	return 0;
}

static void
key_size(struct cursor *in, struct x509_public_key *k)
{
	const struct x509_oid *row = x509_oid_find(X509_OID_KEY, k->algorithm.oid);

	switch (row == NULL ? 0 : row->bits) {
	case X509_BITS_MODULUS:
		k->bits = rsa_bits(in, k->key);
		break;
	case X509_BITS_PRIME:
		k->bits = prime_bits(in, &k->algorithm.parameters);
		break;
	case X509_BITS_POINT:
		if (k->algorithm.parameters.tag == DER_OID)
			k->curve = k->algorithm.parameters.value;
		k->bits = curve_bits(k);
		break;
	default:
		k->bits = row == NULL ? 0 : row->bits;
	}
}

bool
x509_public_key_parse(struct cursor *in, struct x509_public_key *out)
{
	size_t from = in->pos;
	struct cursor body = der_enter(in, DER_SEQUENCE, "subjectPublicKeyInfo");

	*out = (struct x509_public_key){.whole = cursor_since(in, from)};
	x509_algorithm_parse(&body, &out->algorithm, "algorithm");
	out->key = der_bit_string(&body, NULL, "subjectPublicKey");
	if (cursor_end(&body, "subjectPublicKeyInfo"))
		key_size(&body, out);
	cursor_adopt(in, &body);
	return cursor_ok(in);
}
