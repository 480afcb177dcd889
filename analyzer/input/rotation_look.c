/*
 * rotation_look.c - when a part begins and ends. See rotation.h.
 * The end of an unpacked capture is found from the end of its file: pcapng blocks say their length
 * there, too; pcap records are found as the one chain of headers that ends where the file does.
 * Whatever does not work out so is read through.
 */
#include "analyzer/input/rotation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/input/capture_pcap.h"
#include "analyzer/input/capture_pcapng.h"
#include "analyzer/input/opening.h"
#include "analyzer/input/pcapng_block.h"

enum {
	TAIL = 192 << 10,
	CHAIN_MIN = 2, /* records that must follow one another */
	PCAP_RECORD = 16,
	PCAP_LENGTH_MAX = 262144,
	CLOCKS_MAX = 64,
};

static const uint32_t MAGIC_MICRO = 0xa1b2c3d4, MAGIC_NANO = 0xa1b23c4d;

/* The end of a file, and its size. */
struct tail {
	struct bytes bytes;
	uint64_t size;
	int64_t first_ns; /* of the capture: what is earlier is no time of a packet */
};

static uint32_t
u32_at(struct bytes in, size_t at, bool big)
{
	struct cursor c = cursor_init(in, 0);

	cursor_skip(&c, at, "before");
	return big ? cursor_u32(&c, "word") : cursor_u32le(&c, "word");
}

/* --- pcap ---------------------------------------------------------------------------------------
 */

struct pcap_order {
	bool big, nano;
};

static bool
pcap_order_of(struct bytes head, struct pcap_order *out)
{
	for (int big = 0; big < 2; big++) {
		uint32_t magic = head.len >= 4 ? u32_at(head, 0, big != 0) : 0;
		*out = (struct pcap_order){big != 0, magic == MAGIC_NANO};
		if (magic == MAGIC_NANO || magic == MAGIC_MICRO)
			return true;
	}
	return false;
}

/* Do records follow one another from `at` to the end? *last_ns: the latest of their times. */
static bool
chain(const struct tail *t, struct pcap_order o, size_t at, int64_t *last_ns)
{
	unsigned n = 0;

	*last_ns = 0;
	for (; at + PCAP_RECORD <= t->bytes.len; n++) {
		struct bytes rest = bytes_of(t->bytes.data + at, t->bytes.len - at);
		int64_t ns = (int64_t)u32_at(rest, 0, o.big) * 1000000000 +
			     (int64_t)u32_at(rest, 4, o.big) * (o.nano ? 1 : 1000);
		uint32_t caplen = u32_at(rest, 8, o.big), len = u32_at(rest, 12, o.big);
		if (caplen > PCAP_LENGTH_MAX || caplen > len || caplen > rest.len - PCAP_RECORD ||
		    u32_at(rest, 4, o.big) >= (o.nano ? 1000000000u : 1000000u) ||
		    ns < t->first_ns - ROTATION_BACK_NS)
			return false;
		if (ns > *last_ns)
			*last_ns = ns;
		at += PCAP_RECORD + caplen;
	}
	return at == t->bytes.len && n >= CHAIN_MIN;
}

static int64_t
pcap_last(const struct tail *t, struct bytes head)
{
	struct pcap_order o;
	int64_t last_ns;

	if (!pcap_order_of(head, &o))
		return 0;
	size_t from = t->size <= t->bytes.len ? CAPTURE_PCAP_HEADER : 0;
	for (size_t at = from; at < t->bytes.len; at++) {
		if (chain(t, o, at, &last_ns))
			return last_ns;
		if (from != 0)
			return 0; /* the first record is where it is */
	}
	return 0;
}

/* --- pcapng -------------------------------------------------------------------------------------
 */

struct clocks {
	struct pcapng_interface at[CLOCKS_MAX];
	uint32_t count;
	bool big;
};

/* The whole block at the start of `in`; its body. */
static bool
block_at(struct bytes in, bool big, struct pcapng_head *head, struct cursor *body)
{
	if (!pcapng_head_parse(in, big, head) || head->len < PCAPNG_FRAME || head->len > in.len)
		return false;
	struct cursor c = cursor_init(bytes_of(in.data, head->len), 0);
	cursor_skip(&c, 8, "Block Type, Block Total Length");
	*body = cursor_child(&c, cursor_bytes(&c, head->len - PCAPNG_FRAME, "Block Body"));
	return cursor_ok(&c);
}

/* The interfaces that are described before the first packet. A second section: none. */
static void
read_clocks(struct bytes in, struct clocks *c)
{
	struct pcapng_head head = {.big = false};
	struct cursor body;
	size_t at = 0;

	c->count = 0;
	for (; block_at(bytes_of(in.data + at, in.len - at), head.big, &head, &body);
	     at += head.len) {
		if (pcapng_is_packet(head.type))
			break;
		if (head.type == PCAPNG_INTERFACE && c->count < CLOCKS_MAX &&
		    pcapng_interface_parse(&body, head.big, &c->at[c->count]))
			c->count++;
	}
	c->big = head.big;
}

/* From the last block back to one that is a packet. */
static int64_t
pcapng_last(const struct tail *t, struct bytes head)
{
	struct clocks clocks;
	struct bytes in = t->bytes;
	struct pcapng_head block;
	struct pcapng_packet p;
	struct cursor body;

	read_clocks(head, &clocks);
	while (in.len >= PCAPNG_FRAME) {
		uint32_t len = u32_at(in, in.len - 4, clocks.big);
		if (len < PCAPNG_FRAME || len > in.len ||
		    !block_at(bytes_of(in.data + (in.len - len), len), clocks.big, &block, &body) ||
		    block.len != len || block.type == PCAPNG_SECTION)
			return 0;
		if (block.type == PCAPNG_PACKET &&
		    pcapng_packet_parse(&body, block.type, clocks.big, 0, &p) &&
		    p.interface < clocks.count)
			return pcapng_time_ns(p.ticks, clocks.at[p.interface].tsresol,
					      clocks.at[p.interface].tsoffset);
		in.len -= len;
	}
	return 0;
}

/* --- both ---------------------------------------------------------------------------------------
 */

static size_t
read_at(FILE *f, uint64_t at, uint8_t *to, size_t n)
{
	return fseeko(f, (off_t)at, SEEK_SET) == 0 ? fread(to, 1, n, f) : 0;
}

/* The time of the last packet; 0: not found this way. */
static int64_t
look_at_tail(const char *path, const char *format, uint64_t size, int64_t first_ns)
{
	FILE *f = fopen(path, "rbe");
	uint8_t *buf = malloc((size_t)2 * TAIL);
	int64_t last_ns = 0;

	if (f != NULL && buf != NULL) {
		uint64_t from = size > TAIL ? size - TAIL : 0;
		struct bytes head = bytes_of(buf, read_at(f, 0, buf, TAIL));
		struct tail t = {bytes_of(buf + TAIL, read_at(f, from, buf + TAIL, TAIL)), size,
				 first_ns};
		if (t.bytes.len == size - from)
			last_ns = strcmp(format, "pcap") == 0 ? pcap_last(&t, head)
							      : pcapng_last(&t, head);
	}
	free(buf);
	if (f != NULL)
		fclose(f);
	return last_ns;
}

static bool
look_at_source(const char *path, struct source *s, struct rotation_extent *out)
{
	struct source_info info;
	struct packet packet;
	struct secret secret;
	enum source_event event;

	do
		event = source_next(s, &packet, &secret);
	while (event == SOURCE_SECRET);
	source_info(s, &info);
	snprintf(out->link_types, sizeof(out->link_types), "%s", info.link_types);
	out->first_ns = info.first_ns;
	if (event == SOURCE_PACKET && info.file.size > 0)
		out->last_ns = look_at_tail(path, info.format, info.file.size, info.first_ns);
	if (event == SOURCE_PACKET && out->last_ns == 0) {
		do
			event = source_next(s, &packet, &secret);
		while (event == SOURCE_PACKET || event == SOURCE_SECRET);
		source_info(s, &info);
		out->last_ns = info.last_ns;
	}
	return event != SOURCE_FAULT;
}

bool
rotation_look(const char *path, struct rotation_extent *out)
{
	const struct opening_settings settings = {.limits = NULL};
	struct opening *o = opening_create(path, &settings);
	struct opening_item item;

	*out = (struct rotation_extent){.first_ns = 0};
	bool good = o != NULL && opening_next(o, &item) && item.source != NULL && !item.member &&
		    look_at_source(path, item.source, out);
	opening_destroy(o);
	return good;
}
