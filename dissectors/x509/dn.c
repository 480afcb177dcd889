/*
 * dn.c - see dn.h.
 * RFC 5280 section 4.1.2.4 (grammar), RFC 4514 sections 2.1 to 2.4 (text). String types are read as
 * OpenSSL reads them: PrintableString, IA5String, T61String and their like as Latin-1.
 */
#include "dissectors/x509/dn.h"

#include "dissectors/x509/oid.h"
#include "dissectors/x509/text.h"

struct x509_dn
x509_dn_init(struct cursor *name, const char *field)
{
	struct x509_dn dn = {.rdns = der_enter(name, DER_SEQUENCE, field)};

	dn.set = cursor_child(&dn.rdns, (struct bytes){0});
	return dn;
}

/* AttributeTypeAndValue ::= SEQUENCE { type, value } */
static bool
attribute(struct cursor *set, struct x509_attribute *out)
{
	struct cursor pair = der_enter(set, DER_SEQUENCE, "AttributeTypeAndValue");

	out->oid = der_oid(&pair, "AttributeType");
	der_next(&pair, &out->value, "AttributeValue");
	cursor_end(&pair, "AttributeTypeAndValue");
	cursor_adopt(set, &pair);
	return cursor_ok(set);
}

bool
x509_dn_next(struct x509_dn *dn, struct x509_attribute *out)
{
	*out = (struct x509_attribute){.first = !cursor_more(&dn->set)};
	if (out->first) {
		if (!cursor_more(&dn->rdns))
			return false;
		dn->set = der_enter(&dn->rdns, DER_SET, "RelativeDistinguishedName");
	}
	/* An empty set fails here: RelativeDistinguishedName is SET SIZE (1..MAX). */
	if (attribute(&dn->set, out))
		return true;
	cursor_adopt(&dn->rdns, &dn->set);
	*out = (struct x509_attribute){0};
	return false;
}

/* How the octets of a string type become characters. */
enum encoding { NOT_TEXT, LATIN1, UTF8, UCS2, UCS4 };

static enum encoding
encoding_of(unsigned tag)
{
	static const uint8_t encodings[] = {
	    [DER_UTF8_STRING] = UTF8,        [DER_NUMERIC_STRING] = LATIN1,
	    [DER_PRINTABLE_STRING] = LATIN1, [DER_T61_STRING] = LATIN1,
	    [DER_IA5_STRING] = LATIN1,       [DER_UTC_TIME] = LATIN1,
	    [DER_GENERALIZED_TIME] = LATIN1, [DER_VISIBLE_STRING] = LATIN1,
	    [DER_UNIVERSAL_STRING] = UCS4,   [DER_BMP_STRING] = UCS2,
	};

	return tag < sizeof encodings ? encodings[tag] : NOT_TEXT;
}

/* Characters: the next of them; NOT_A_RUNE for what its encoding does not allow. */
#define NOT_A_RUNE UINT32_MAX

static bool
is_surrogate(uint32_t rune)
{
	return rune >= 0xd800 && rune <= 0xdfff;
}

/* BMPString is UCS-2, but issuers write UTF-16 into it. */
static uint32_t
rune_ucs2(struct cursor *in)
{
	uint32_t high = cursor_u16(in, "BMPString"), low;

	if (!is_surrogate(high))
		return cursor_ok(in) ? high : NOT_A_RUNE;
	low = cursor_u16(in, "BMPString");
	if (high >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
		return NOT_A_RUNE;
	return 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
}

static uint32_t
rune_ucs4(struct cursor *in)
{
	uint32_t rune = cursor_u32(in, "UniversalString");

	return !cursor_ok(in) || is_surrogate(rune) || rune > 0x10ffff ? NOT_A_RUNE : rune;
}

static uint32_t
rune_wide(struct cursor *in, enum encoding e)
{
	return e == UCS2 ? rune_ucs2(in) : rune_ucs4(in);
}

static bool
wide_is_text(struct bytes value, enum encoding e)
{
	struct cursor in = cursor_init(value, 0);

	while (cursor_more(&in))
		if (rune_wide(&in, e) == NOT_A_RUNE)
			return false;
	return true;
}

static bool
utf8_is_text(struct bytes v)
{
	for (size_t i = 0, n; i < v.len; i += n) {
		n = x509_utf8_length(bytes_of(v.data + i, v.len - i));
		if (n == 0)
			return false;
	}
	return true;
}

/* Do the octets follow the encoding of their string type? True for any other type. */
static bool
string_is_valid(const struct der *value)
{
	enum encoding e = encoding_of(value->tag);

	if (e == UTF8)
		return utf8_is_text(value->value);
	return (e != UCS2 && e != UCS4) || wide_is_text(value->value, e);
}

struct bytes
x509_dn_view(struct cursor *in, const char *field)
{
	size_t from = in->pos;
	struct x509_dn dn = x509_dn_init(in, field);
	struct bytes whole = cursor_since(in, from);
	struct x509_attribute a;

	while (x509_dn_next(&dn, &a))
		if (!string_is_valid(&a.value))
			cursor_fail(&dn.rdns, "AttributeValue");
	cursor_adopt(in, &dn.rdns);
	return whole;
}

static void
put_octet(struct x509_text *t, uint8_t octet)
{
	static const char digit[] = "0123456789ABCDEF";

	x509_text_char(t, digit[octet >> 4]);
	x509_text_char(t, digit[octet & 15]);
}

static void
put_pair(struct x509_text *t, uint8_t octet)
{
	x509_text_char(t, '\\');
	put_octet(t, octet);
}

static void
put_dump(struct x509_text *t, struct bytes encoding)
{
	x509_text_char(t, '#');
	for (size_t i = 0; i < encoding.len; i++)
		put_octet(t, encoding.data[i]);
}

/* RFC 4514 section 2.4; controls by their code, as OpenSSL does and the section allows. */
static void
put_ascii(struct x509_text *t, char c, bool first, bool last)
{
	if ((uint8_t)c < ' ' || c == 0x7f) {
		put_pair(t, (uint8_t)c);
		return;
	}
	if (strchr("\"+,;<>\\", c) != NULL || (first && (c == ' ' || c == '#')) ||
	    (last && c == ' '))
		x509_text_char(t, '\\');
	x509_text_char(t, c);
}

static void
put_rune(struct x509_text *t, uint32_t rune, bool first, bool last)
{
	if (rune < 0x80)
		put_ascii(t, (char)rune, first, last);
	else
		x509_text_rune(t, rune);
}

static void
put_utf8(struct x509_text *t, struct bytes v)
{
	for (size_t i = 0, n; i < v.len; i += n) {
		n = x509_utf8_length(bytes_of(v.data + i, v.len - i));
		if (n > 1) {
			x509_text_put(t, v.data + i, n);
		} else if (n == 1) {
			put_ascii(t, (char)v.data[i], i == 0, i + 1 == v.len);
		} else {
			put_pair(t, v.data[i]);
			n = 1;
		}
	}
}

static void
put_latin1(struct x509_text *t, struct bytes v)
{
	for (size_t i = 0; i < v.len; i++)
		put_rune(t, v.data[i], i == 0, i + 1 == v.len);
}

static void
put_wide(struct x509_text *t, struct bytes v, enum encoding e)
{
	struct cursor in = cursor_init(v, 0);

	for (bool first = true; cursor_more(&in); first = false) {
		uint32_t rune = rune_wide(&in, e);
		put_rune(t, rune, first, !cursor_more(&in));
	}
}

static void
put_value(struct x509_text *t, const struct der *value, bool known)
{
	enum encoding e = known ? encoding_of(value->tag) : NOT_TEXT;

	if (e == LATIN1) {
		put_latin1(t, value->value);
	} else if (e == UTF8) {
		put_utf8(t, value->value);
	} else if (e != NOT_TEXT && wide_is_text(value->value, e)) {
		put_wide(t, value->value, e);
	} else {
		put_dump(t, value->whole);
	}
}

static void
put_attribute(struct x509_text *t, const struct x509_attribute *a)
{
	const struct x509_oid *row = x509_oid_find(X509_OID_ATTRIBUTE, a->oid);

	if (row != NULL)
		x509_text_str(t, row->name);
	else
		x509_oid_dotted(t, a->oid);
	x509_text_char(t, '=');
	put_value(t, &a->value, row != NULL);
}

static void
reverse(char *s, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		char c = s[i];
		s[i] = s[n - 1 - i];
		s[n - 1 - i] = c;
	}
}

/* Separators while the text is in encoding order: controls, which nothing else contains. */
enum { NEXT_RDN = 0, SAME_RDN = 1 };

static size_t
attribute_length(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] != NEXT_RDN && s[i] != SAME_RDN)
		i++;
	return i;
}

/* Section 2.1 starts with the last RDN; like OpenSSL, each RDN with its last attribute too. Reverse
 * every attribute, then all of it: linear, and needs no memory. */
static void
last_first(char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = attribute_length(s + i, n - i);
		reverse(s + i, len);
		i += len + 1;
	}
	reverse(s, n);
	for (size_t i = 0; i < n; i++)
		if (s[i] == NEXT_RDN || s[i] == SAME_RDN)
			s[i] = s[i] == NEXT_RDN ? ',' : '+';
}

size_t
x509_dn_text(struct bytes name, char *buf, size_t size, bool *malformed)
{
	struct x509_text t = {.buf = buf, .size = size};
	struct cursor in = cursor_init(name, 0);
	struct x509_dn dn = x509_dn_init(&in, "Name");
	struct x509_attribute a;
	bool bad;

	while (x509_dn_next(&dn, &a)) {
		if (t.len > 0)
			x509_text_char(&t, a.first ? NEXT_RDN : SAME_RDN);
		put_attribute(&t, &a);
	}
	bad = !cursor_ok(&dn.rdns) || !cursor_end(&in, "Name");
	if (bad && t.len == 0)
		put_dump(&t, name);
	if (malformed != NULL)
		*malformed = bad;
	if (t.len < size)
		last_first(buf, t.len);
	if (size > 0)
		buf[t.len < size ? t.len : 0] = '\0';
	return t.len;
}
