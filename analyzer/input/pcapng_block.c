/*
 * pcapng_block.c - parsers of pcapng blocks.
 * Pure: called by capture_pcapng.c with one whole block body each.
 * draft-ietf-opsawg-pcapng.
 */
#include "analyzer/input/pcapng_block.h"

enum { OPT_END = 0, IF_NAME = 2, IF_TSRESOL = 9, IF_TSOFFSET = 14 };
enum { TSRESOL_DEFAULT = 6, TSRESOL_BINARY = 0x80 };

static uint16_t
u16(struct cursor *c, bool big, const char *field)
{
	return big ? cursor_u16(c, field) : cursor_u16le(c, field);
}

static uint32_t
u32(struct cursor *c, bool big, const char *field)
{
	return big ? cursor_u32(c, field) : cursor_u32le(c, field);
}

static uint64_t
u64(struct cursor *c, bool big, const char *field)
{
	return big ? cursor_u64(c, field) : cursor_u64le(c, field);
}

bool
pcapng_head_parse(struct bytes in, bool big, struct pcapng_head *out)
{
	enum { MAGIC = 0x1a2b3c4d, MAGIC_SWAPPED = 0x4d3c2b1a };
	struct cursor c = cursor_init(in, 0);
	/* The section's type reads the same in both orders. */
	out->type = u32(&c, big, "Block Type");
	out->big = big;
	if (out->type == PCAPNG_SECTION) {
		struct cursor ahead = c;
		cursor_skip(&ahead, 4, "Block Total Length");
		uint32_t magic = cursor_u32(&ahead, "Byte-Order Magic");
		if (magic != MAGIC && magic != MAGIC_SWAPPED)
			return false;
		out->big = magic == MAGIC;
	}
	out->len = u32(&c, out->big, "Block Total Length");
	return cursor_ok(&c);
}

uint32_t
pcapng_trailer(struct bytes whole, bool big, struct bytes *body)
{
	struct cursor c = cursor_init(whole, 0);
	cursor_skip(&c, 8, "Block Type, Block Total Length");
	*body = cursor_bytes(&c, whole.len - PCAPNG_FRAME, "Block Body");
	return u32(&c, big, "Block Total Length");
}

bool
pcapng_section_parse(struct cursor *body, bool big, struct pcapng_section *out)
{
	cursor_skip(body, 4, "Byte-Order Magic");
	out->major = u16(body, big, "Major Version");
	out->minor = u16(body, big, "Minor Version");
	/* Not used: sections end where the next begins, and many writers leave it unknown (-1). */
	cursor_skip(body, 8, "Section Length");
	return cursor_ok(body);
}

static void
interface_option(uint16_t code, struct bytes value, bool big, struct pcapng_interface *out)
{
	struct cursor v = cursor_init(value, 0);
	switch (code) {
	case IF_NAME:
		out->name = value;
		break;
	case IF_TSRESOL:
		if (value.len >= 1)
			out->tsresol = cursor_u8(&v, "if_tsresol");
		break;
	case IF_TSOFFSET:
		if (value.len >= 8)
			out->tsoffset = (int64_t)u64(&v, big, "if_tsoffset");
		break;
	}
}

bool
pcapng_interface_parse(struct cursor *body, bool big, struct pcapng_interface *out)
{
	*out = (struct pcapng_interface){.tsresol = TSRESOL_DEFAULT};
	out->link_type = u16(body, big, "LinkType");
	cursor_skip(body, 2, "Reserved");
	out->snaplen = u32(body, big, "SnapLen");
	if (!cursor_ok(body))
		return false;
	while (cursor_more(body)) {
		uint16_t code = u16(body, big, "Option Code");
		uint16_t len = u16(body, big, "Option Length");
		struct bytes value = cursor_bytes(body, len, "Option Value");
		cursor_skip(body, -(size_t)len & 3, "Option padding");
		if (!cursor_ok(body) || code == OPT_END)
			break;
		interface_option(code, value, big, out);
	}
	out->options_whole = cursor_ok(body);
	return true;
}

static void
enhanced_packet(struct cursor *body, bool big, struct pcapng_packet *out)
{
	out->interface = u32(body, big, "Interface ID");
	uint64_t high = u32(body, big, "Timestamp (Upper)");
	out->ticks = high << 32 | u32(body, big, "Timestamp (Lower)");
	out->caplen = u32(body, big, "Captured Packet Length");
	out->len = u32(body, big, "Original Packet Length");
}

static void
old_packet(struct cursor *body, bool big, struct pcapng_packet *out)
{
	out->interface = u16(body, big, "Interface ID");
	cursor_skip(body, 2, "Drops Count");
	uint64_t high = u32(body, big, "Timestamp (High)");
	out->ticks = high << 32 | u32(body, big, "Timestamp (Low)");
	out->caplen = u32(body, big, "Captured Packet Length");
	out->len = u32(body, big, "Original Packet Length");
}

static void
simple_packet(struct cursor *body, bool big, uint32_t snaplen, struct pcapng_packet *out)
{
	out->interface = 0;
	out->ticks = 0;
	out->len = u32(body, big, "Original Packet Length");
	out->caplen = snaplen != 0 && snaplen < out->len ? snaplen : out->len;
}

bool
pcapng_packet_parse(struct cursor *body, uint32_t type, bool big, uint32_t snaplen,
		    struct pcapng_packet *out)
{
	if (type == PCAPNG_SIMPLE_PACKET)
		simple_packet(body, big, snaplen, out);
	else if (type == PCAPNG_OLD_PACKET)
		old_packet(body, big, out);
	else
		enhanced_packet(body, big, out);
	out->timed = type != PCAPNG_SIMPLE_PACKET;
	/* Options follow; nothing in them is used, and a broken one costs no packet. */
	out->data = cursor_bytes(body, out->caplen, "Packet Data");
	return cursor_ok(body);
}

bool
pcapng_secrets_parse(struct cursor *body, bool big, struct pcapng_secrets *out)
{
	out->type = u32(body, big, "Secrets Type");
	uint32_t len = u32(body, big, "Secrets Length");
	out->text = cursor_bytes(body, len, "Secrets Data");
	return cursor_ok(body);
}

enum { NS_PER_S = 1000000000, NS_DIGITS = 9, U64_DIGITS = 19, TICK_BITS = 34 };

/* clang-format off */
static const uint64_t power10[U64_DIGITS + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
    100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
    10000000000000000, 100000000000000000, 1000000000000000000, 10000000000000000000U,
};
/* clang-format on */

/* seconds and nanoseconds of ticks of 10^-n s */
static uint64_t
decimal_ticks(uint64_t ticks, unsigned n, uint64_t *ns)
{
	if (n > U64_DIGITS) { /* 2^64 such ticks are less than a second */
		*ns = n - NS_DIGITS > U64_DIGITS ? 0 : ticks / power10[n - NS_DIGITS];
		return 0;
	}
	uint64_t unit = power10[n];
	uint64_t part = ticks % unit;
	*ns = n <= NS_DIGITS ? part * power10[NS_DIGITS - n] : part / power10[n - NS_DIGITS];
	return ticks / unit;
}

/* the same of 2^-n s */
static uint64_t
binary_ticks(uint64_t ticks, unsigned n, uint64_t *ns)
{
	if (n >= 64) {
		ticks = n - 63 < 64 ? ticks >> (n - 63) : 0;
		n = 63;
	}
	uint64_t part = ticks & ((UINT64_C(1) << n) - 1);
	uint64_t seconds = ticks >> n;
	if (n > TICK_BITS) { /* 34 bits times 10^9 just fit */
		part >>= n - TICK_BITS;
		n = TICK_BITS;
	}
	*ns = part * NS_PER_S >> n;
	return seconds;
}

int64_t
pcapng_time_ns(uint64_t ticks, uint8_t tsresol, int64_t tsoffset)
{
	const int64_t SECONDS_MAX = INT64_C(9000000000); /* the year 2255; times 10^9 it fits */
	uint64_t ns;
	unsigned n = tsresol & ~(unsigned)TSRESOL_BINARY;
	uint64_t whole =
	    tsresol & TSRESOL_BINARY ? binary_ticks(ticks, n, &ns) : decimal_ticks(ticks, n, &ns);
	if (whole > (uint64_t)SECONDS_MAX)
		whole = (uint64_t)SECONDS_MAX;
	if (tsoffset > SECONDS_MAX)
		tsoffset = SECONDS_MAX;
	if (tsoffset < -SECONDS_MAX)
		tsoffset = -SECONDS_MAX;
	int64_t seconds = (int64_t)whole + tsoffset;
	if (seconds > SECONDS_MAX)
		seconds = SECONDS_MAX;
	return seconds * NS_PER_S + (int64_t)ns;
}
