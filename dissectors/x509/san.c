/*
 * san.c - the text of subjectAltName.
 * Part of describe.h. RFC 5280 section 4.2.1.6; addresses as RFC 5952 section 4 writes them.
 */
#include "dissectors/x509/describe.h"
#include "dissectors/x509/dn.h"
#include "dissectors/x509/oid.h"

/* Text that cannot pose as two entries: "\", "," before a space, NUL and broken UTF-8 are escaped.
 * Commas elsewhere are frequent in URIs and stay. */
static void
put_text(struct x509_text *t, struct bytes v)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0, n; i<v.len; i += n> 0 ? n : 1) {
		uint8_t c = v.data[i];
		n = x509_utf8_length(bytes_of(v.data + i, v.len - i));
		if (n == 0 || c == 0) {
			x509_text_char(t, '\\');
			x509_text_char(t, digit[c >> 4]);
			x509_text_char(t, digit[c & 15]);
			continue;
		}
		if (c == '\\' || (c == ',' && i + 1 < v.len && v.data[i + 1] == ' '))
			x509_text_char(t, '\\');
		x509_text_put(t, v.data + i, n);
	}
}

static void
put_ipv4(struct x509_text *t, struct bytes v)
{
	for (size_t i = 0; i < v.len; i++) {
		if (i > 0)
			x509_text_char(t, '.');
		x509_text_number(t, v.data[i]);
	}
}

static unsigned
group(struct bytes v, unsigned i)
{
	return (unsigned)v.data[2 * i] << 8 | v.data[2 * i + 1];
}

/* RFC 5952 section 4.2: the longest run of two or more zero groups, the first of equals. */
static void
longest_zeros(struct bytes v, unsigned *start, unsigned *count)
{
	*start = *count = 0;
	for (unsigned i = 0, n; i < 8; i += n + 1) {
		for (n = 0; i + n < 8 && group(v, i + n) == 0; n++)
			;
		if (n > *count && n > 1) {
			*start = i;
			*count = n;
		}
	}
}

static void
put_group(struct x509_text *t, unsigned g)
{
	static const char digit[] = "0123456789abcdef";

	for (unsigned shift = 12;; shift -= 4) {
		if (g >> shift != 0 || shift == 0)
			x509_text_char(t, digit[g >> shift & 15]);
		if (shift == 0)
			return;
	}
}

static void
put_ipv6(struct x509_text *t, struct bytes v)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	unsigned start, count;

	/* RFC 5952 section 5: IPv4-mapped addresses end as IPv4 does. */
	if (memcmp(v.data, mapped, sizeof mapped) == 0) {
		x509_text_str(t, "::ffff:");
		put_ipv4(t, bytes_of(v.data + sizeof mapped, 4));
		return;
	}
	longest_zeros(v, &start, &count);
	for (unsigned i = 0; i < 8; i++) {
		if (count > 0 && i == start) {
			x509_text_str(t, "::");
			i += count - 1;
			continue;
		}
		if (i > 0 && !(count > 0 && i == start + count))
			x509_text_char(t, ':');
		put_group(t, group(v, i));
	}
}

static void
put_address(struct x509_text *t, struct bytes v)
{
	if (v.len == 4) {
		put_ipv4(t, v);
	} else if (v.len == 16) {
		put_ipv6(t, v);
	} else {
		x509_text_char(t, '#');
		x509_text_hex(t, v);
	}
}

/* A Name of any length: measured by the text object itself, which counts what does not fit. */
static void
put_directory(struct x509_text *t, struct bytes v)
{
	size_t room = t->len < t->size ? t->size - t->len : 0;

	t->len += x509_dn_text(v, room > 0 ? t->buf + t->len : NULL, room, NULL);
}

/* The value of most types is one string; anything else is hex. */
static void
put_other(struct x509_text *t, const struct x509_general_name *name)
{
	struct cursor in = cursor_init(name->value, 0);
	int tag = der_peek(&in);
	struct der d;

	x509_oid_name(t, X509_OID_OTHER_NAME, name->type);
	x509_text_char(t, '=');
	if ((tag == DER_UTF8_STRING || tag == DER_IA5_STRING || tag == DER_PRINTABLE_STRING) &&
	    der_next(&in, &d, "value")) {
		put_text(t, d.value);
	} else {
		x509_text_char(t, '#');
		x509_text_hex(t, name->value);
	}
}

static void
put_name(struct x509_text *t, const struct x509_general_name *name)
{
	static const char *const labels[X509_NAME_KIND_COUNT] = {
	    [X509_NAME_OTHER] = "otherName:",   [X509_NAME_EMAIL] = "email:",
	    [X509_NAME_DNS] = "DNS:",           [X509_NAME_X400] = "X400:#",
	    [X509_NAME_DIRECTORY] = "DirName:", [X509_NAME_EDI] = "EDI:#",
	    [X509_NAME_URI] = "URI:",           [X509_NAME_IP] = "IP:",
	    [X509_NAME_RID] = "RID:",
	};

	x509_text_str(t, labels[name->kind]);
	switch (name->kind) {
	case X509_NAME_OTHER:
		put_other(t, name);
		break;
	case X509_NAME_DIRECTORY:
		put_directory(t, name->value);
		break;
	case X509_NAME_IP:
		put_address(t, name->value);
		break;
	case X509_NAME_RID:
		x509_oid_dotted(t, name->value);
		break;
	case X509_NAME_X400:
	case X509_NAME_EDI:
		x509_text_hex(t, name->value);
		break;
	default:
		put_text(t, name->value);
	}
}

void
x509_san_text(struct x509_text *t, struct bytes san)
{
	struct cursor in = cursor_init(san, 0);
	struct x509_general_name name;

	for (bool first = true; x509_general_name_next(&in, &name); first = false) {
		if (!first)
			x509_text_str(t, ", ");
		put_name(t, &name);
	}
}
