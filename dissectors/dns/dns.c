/*
 * dns.c - see dns.h. RFC 1035 sections 4.1.1 to 4.1.4.
 */
#include "dissectors/dns/dns.h"

enum {
	FLAG_RESPONSE = 0x8000,
	OPCODE_MASK = 0x7800, /* 0: a standard query */
	RCODE_MASK = 0x000f,
	LABEL_MAX = 63,
	POINTER = 0xc0, /* two bytes, the rest of the name is elsewhere */
};

static char
printable(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	bool plain =
	    (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
	return plain ? (char)c : '?';
}

/* The question's name; nothing stands before it that a pointer could point to. */
static bool
read_name(struct cursor *in, char out[static DNS_NAME_MAX + 1])
{
	size_t used = 0;

	for (uint8_t len; (len = cursor_u8(in, "label length")) != 0;) {
		struct bytes label = cursor_bytes(in, len, "label");
		if (len > LABEL_MAX || used + (used > 0) + len > DNS_NAME_MAX)
			return cursor_fail(in, "QNAME");
		if (used > 0 && label.len > 0)
			out[used++] = '.';
		for (size_t i = 0; i < label.len; i++)
			out[used++] = printable(label.data[i]);
	}
	out[used] = '\0';
	return cursor_ok(in);
}

bool
dns_parse(struct cursor *in, struct dns *out)
{
	out->id = cursor_u16(in, "ID");
	uint16_t flags = cursor_u16(in, "flags");
	uint16_t questions = cursor_u16(in, "QDCOUNT");
	out->answers = cursor_u16(in, "ANCOUNT");
	cursor_skip(in, 4, "NSCOUNT, ARCOUNT");
	out->response = (flags & FLAG_RESPONSE) != 0;
	out->rcode = flags & RCODE_MASK;
	out->name[0] = '\0';
	if (cursor_ok(in) && (questions != 1 || (flags & OPCODE_MASK) != 0))
		return cursor_fail(in, "QDCOUNT");
	if (!read_name(in, out->name))
		return false;
	out->type = cursor_u16(in, "QTYPE");
	cursor_skip(in, 2, "QCLASS");
	return cursor_ok(in);
}

static void
skip_name(struct cursor *in)
{
	for (uint8_t len; (len = cursor_u8(in, "NAME")) != 0;) {
		if ((len & POINTER) == POINTER) {
			cursor_skip(in, 1, "pointer");
			return;
		}
		if (len > LABEL_MAX) {
			cursor_fail(in, "NAME");
			return;
		}
		cursor_skip(in, len, "label");
	}
}

bool
dns_answer_next(struct cursor *in, uint16_t *n, struct dns_answer *out)
{
	if (*n == 0 || !cursor_more(in))
		return false;
	(*n)--;
	skip_name(in);
	out->type = cursor_u16(in, "TYPE");
	cursor_skip(in, 6, "CLASS, TTL");
	size_t length = cursor_u16(in, "RDLENGTH");
	out->data = cursor_bytes(in, length, "RDATA");
	if (cursor_ok(in) && ((out->type == DNS_TYPE_A && length != 4) ||
			      (out->type == DNS_TYPE_AAAA && length != 16)))
		return cursor_fail(in, "RDLENGTH");
	return cursor_ok(in);
}
