/*
 * der.c - identifier and length octets, and the few universal types that certificates use.
 * See der.h. ITU-T X.690 sections 8.1.2 (identifier), 8.1.3 and 10.1 (length), 8.2, 8.3, 8.6, 8.19.
 */
#include "dissectors/x509/der.h"

enum { CLASS_AND_FORM = 0xe0, CLASS_SHIFT = 19, NUMBER = 0x1f, MORE = 0x80, LONG_FORM = 0x80 };

/* High tag number form: base 128, at least 31, no leading zero. */
static unsigned
tag_number(struct cursor *in, const char *field)
{
	unsigned number = 0;
	uint8_t octet;

	do {
		octet = cursor_u8(in, field);
		if ((number == 0 && octet == MORE) || number > DER_NUMBER_MAX >> 7)
			return (unsigned)cursor_fail(in, field);
		number = number << 7 | (octet & 0x7f);
	} while (octet & MORE);
	if (number < NUMBER)
		cursor_fail(in, field);
	return number;
}

static unsigned
identifier(struct cursor *in, const char *field)
{
	uint8_t lead = cursor_u8(in, field);
	unsigned number = lead & NUMBER;

	if (number == NUMBER)
		number = tag_number(in, field);
	return (unsigned)(lead & CLASS_AND_FORM) << CLASS_SHIFT | number;
}

/* Definite form only: the indefinite one (0x80) has no octets that follow and fails too. */
static size_t
long_length(struct cursor *in, unsigned n, bool shortest, const char *field)
{
	size_t from = in->pos - 1, len = 0;

	if (n < 1 || n > 4)
		return (size_t)cursor_fail_at(in, from, field);
	for (unsigned i = 0; i < n; i++)
		len = len << 8 | cursor_u8(in, field);
	if (shortest && (len < LONG_FORM || len >> (8 * (n - 1)) == 0))
		cursor_fail_at(in, from, field);
	return len;
}

static size_t
length(struct cursor *in, bool shortest, const char *field)
{
	uint8_t lead = cursor_u8(in, field);

	return lead < LONG_FORM ? lead : long_length(in, lead & 0x7f, shortest, field);
}

bool
der_next(struct cursor *in, struct der *out, const char *field)
{
	size_t from = in->pos;

	out->tag = identifier(in, field);
	out->value = cursor_bytes(in, length(in, true, field), field);
	out->whole = cursor_since(in, from);
	if (cursor_ok(in))
		return true;
	*out = (struct der){0};
	return false;
}

bool
der_skip(struct cursor *in, const char *field)
{
	identifier(in, field);
	cursor_skip(in, length(in, false, field), field);
	return cursor_ok(in);
}

int
der_peek(const struct cursor *in)
{
	int lead = cursor_peek(in);
	struct cursor ahead;
	unsigned tag;

	if (lead < 0 || (lead & NUMBER) < NUMBER)
		return lead < 0 ? lead : (lead & CLASS_AND_FORM) << CLASS_SHIFT | (lead & NUMBER);
	ahead = *in;
	tag = identifier(&ahead, "tag");
	return cursor_ok(&ahead) ? (int)tag : -1;
}

/* The failure of a wrong tag is at the tag, not behind the element. */
static bool
expect(struct cursor *in, unsigned tag, struct der *out, const char *field)
{
	size_t from = in->pos;

	if (!der_next(in, out, field))
		return false;
	if (out->tag == tag)
		return true;
	*out = (struct der){0};
	return cursor_fail_at(in, from, field);
}

struct bytes
der_value(struct cursor *in, unsigned tag, const char *field)
{
	struct der d;

	expect(in, tag, &d, field);
	return d.value;
}

struct bytes
der_whole(struct cursor *in, unsigned tag, const char *field)
{
	struct der d;

	expect(in, tag, &d, field);
	return d.whole;
}

struct cursor
der_enter(struct cursor *in, unsigned tag, const char *field)
{
	return cursor_child(in, der_value(in, tag, field));
}

struct cursor
der_enter_cut(struct cursor *in, unsigned tag, const char *field)
{
	struct cursor contents = *in;
	struct cursor child = der_enter(in, tag, field);

	if (in->failure != CURSOR_SHORT || identifier(&contents, field) != tag)
		return child;
	length(&contents, true, field);
	return cursor_child(&contents, cursor_rest(&contents));
}

/* X.690 section 11.1 wants 0x00 or 0xff; any octet is read, as every TLS stack does. */
bool
der_boolean(struct cursor *in, const char *field)
{
	struct cursor value = der_enter(in, DER_BOOLEAN, field);
	bool set = cursor_u8(&value, field) != 0;

	cursor_end(&value, field);
	cursor_adopt(in, &value);
	return set && cursor_ok(in);
}

static bool
integer_is_shortest(struct bytes v)
{
	return v.len < 2 || !((v.data[0] == 0x00 && v.data[1] < 0x80) ||
			      (v.data[0] == 0xff && v.data[1] >= 0x80));
}

struct bytes
der_integer(struct cursor *in, const char *field)
{
	size_t from = in->pos;
	struct bytes v = der_value(in, DER_INTEGER, field);

	if (!cursor_ok(in) || (v.len > 0 && integer_is_shortest(v)))
		return v;
	cursor_fail_at(in, from, field);
	return (struct bytes){0};
}

int64_t
der_unsigned(struct cursor *in, const char *field)
{
	struct bytes v = der_integer(in, field);
	int64_t n = 0;

	if (v.len == 0)
		return 0;
	if (v.data[0] & 0x80)
		return cursor_fail(in, field);
	if (v.len > sizeof n)
		return INT64_MAX;
	for (size_t i = 0; i < v.len; i++)
		n = n << 8 | v.data[i];
	return n;
}

/* Every arc ends with an octet below 0x80 and begins with none of 0x80. */
static bool
oid_is_whole(struct bytes v)
{
	bool first = true;

	for (size_t i = 0; i < v.len; i++) {
		if (first && v.data[i] == MORE)
			return false;
		first = !(v.data[i] & MORE);
	}
	return v.len > 0 && first;
}

struct bytes
der_oid(struct cursor *in, const char *field)
{
	size_t from = in->pos;
	struct bytes v = der_value(in, DER_OID, field);

	if (!cursor_ok(in) || oid_is_whole(v))
		return v;
	cursor_fail_at(in, from, field);
	return (struct bytes){0};
}

struct bytes
der_bit_string(struct cursor *in, unsigned *unused, const char *field)
{
	struct cursor value = der_enter(in, DER_BIT_STRING, field);
	unsigned n = cursor_u8(&value, field);

	if (n > 7 || (n > 0 && !cursor_more(&value)))
		cursor_fail(&value, field);
	if (unused != NULL)
		*unused = cursor_ok(&value) ? n : 0;
	cursor_adopt(in, &value);
	return cursor_rest(&value);
}
