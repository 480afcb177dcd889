/*
 * oid.c - see oid.h.
 * ITU-T X.690 section 8.19: base 128 arcs, the first two in one number.
 */
#include "dissectors/x509/oid.h"

/* clang-format off */
#define X509_OID(kind, octets, dotted, name, bits, reference) \
	{X509_OID_##kind, {{(const uint8_t *)octets, sizeof octets - 1}, dotted, name, bits}},
/* clang-format on */
static const struct row {
	enum x509_oid_kind kind;
	struct x509_oid oid;
} rows[] = {
#include "dissectors/x509/oids.def"
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* Rows stand in the order of their kinds, which a test checks: the first row of this kind. */
static size_t
first_row(enum x509_oid_kind kind)
{
	size_t low = 0, high = ROWS;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (rows[middle].kind < kind)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct x509_oid *
x509_oid_row(enum x509_oid_kind kind, size_t i)
{
	size_t r = first_row(kind) + i;

	return r < ROWS && rows[r].kind == kind ? &rows[r].oid : NULL;
}

const struct x509_oid *
x509_oid_find(enum x509_oid_kind kind, struct bytes oid)
{
	for (size_t r = first_row(kind); r < ROWS && rows[r].kind == kind; r++)
		if (bytes_equal(rows[r].oid.der, oid))
			return &rows[r].oid;
	return NULL;
}

/* Decimal of any size up to ARC_BITS: limbs in base 10^9, least first. */
enum { ARC_BITS = 256, LIMBS = 9, LIMB_BASE = 1000000000 };
struct decimal {
	uint32_t limb[LIMBS];
};

static void
decimal_shift_in(struct decimal *d, uint8_t seven_bits)
{
	uint64_t carry = seven_bits;

	for (unsigned i = 0; i < LIMBS; i++) {
		carry += (uint64_t)d->limb[i] << 7;
		d->limb[i] = (uint32_t)(carry % LIMB_BASE);
		carry /= LIMB_BASE;
	}
}

static void
decimal_put(struct x509_text *t, const struct decimal *d)
{
	unsigned top = LIMBS - 1;

	while (top > 0 && d->limb[top] == 0)
		top--;
	x509_text_number(t, d->limb[top]);
	while (top-- > 0)
		for (uint32_t power = LIMB_BASE / 10; power > 0; power /= 10)
			x509_text_char(t, (char)('0' + d->limb[top] / power % 10));
}

/* The first number is 40 times the first arc (0, 1, 2) plus the second. */
static void
put_first_arcs(struct x509_text *t, struct decimal *d)
{
	bool small = d->limb[0] < 80;

	for (unsigned i = 1; i < LIMBS; i++)
		small = small && d->limb[i] == 0;
	x509_text_number(t, small ? d->limb[0] / 40 : 2);
	x509_text_char(t, '.');
	if (small) {
		d->limb[0] %= 40;
	} else {
		uint64_t borrow = 80;
		for (unsigned i = 0; i < LIMBS && borrow > 0; i++) {
			bool under = d->limb[i] < borrow;
			d->limb[i] = (uint32_t)(d->limb[i] + (under ? LIMB_BASE : 0) - borrow);
			borrow = under;
		}
	}
	decimal_put(t, d);
}

/* Octets of the arc at the start of `oid`, 0 when it is not whole, too long or not shortest. */
static size_t
arc_length(struct bytes oid)
{
	for (size_t i = 0; i < oid.len && i * 7 < ARC_BITS; i++)
		if (!(oid.data[i] & 0x80))
			return oid.data[0] == 0x80 ? 0 : i + 1;
	return 0;
}

static bool
arcs_are_printable(struct bytes oid)
{
	size_t n = 1;

	for (struct bytes rest = oid; rest.len > 0 && n > 0;) {
		n = arc_length(rest);
		rest = bytes_of(rest.data + n, rest.len - n);
	}
	return oid.len > 0 && n > 0;
}

void
x509_oid_dotted(struct x509_text *t, struct bytes oid)
{
	struct decimal arc = {0};
	bool first = true;

	if (!arcs_are_printable(oid)) {
		x509_text_char(t, '#');
		x509_text_hex(t, oid);
		return;
	}
	for (size_t i = 0; i < oid.len; i++) {
		decimal_shift_in(&arc, oid.data[i] & 0x7f);
		if (oid.data[i] & 0x80)
			continue;
		if (first) {
			put_first_arcs(t, &arc);
		} else {
			x509_text_char(t, '.');
			decimal_put(t, &arc);
		}
		first = false;
		arc = (struct decimal){0};
	}
}

void
x509_oid_name(struct x509_text *t, enum x509_oid_kind kind, struct bytes oid)
{
	const struct x509_oid *row = x509_oid_find(kind, oid);

	if (row != NULL)
		x509_text_str(t, row->name);
	else
		x509_oid_dotted(t, oid);
}
