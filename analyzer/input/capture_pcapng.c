/*
 * capture_pcapng.c - a pcapng file as a sequence of packets and secrets.
 * Between reader.c (bytes) and source.c; pcapng_block.c knows the grammar, pcapng_resync.c what to
 * do where a block's length is wrong. draft-ietf-opsawg-pcapng.
 */
#include "analyzer/input/capture_pcapng.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analyzer/input/pcapng_block.h"
#include "analyzer/input/pcapng_interfaces.h"
#include "analyzer/input/pcapng_resync.h"
#include "analyzer/input/pcapng_walk.h"

struct capture_pcapng {
	struct reader *reader;
	struct problem *problem;
	struct pcapng_interfaces interfaces;
	bool big;     /* byte order of the section */
	bool foreign; /* section of a version we do not know: its blocks are stepped over */
	bool memory;  /* ran out of it */
	uint64_t frame;
	uint64_t late_secrets;
	uint64_t secrets_until; /* secrets before this offset were delivered already */
};

struct capture_pcapng *
capture_pcapng_create(struct reader *r, struct problem *problem)
{
	struct capture_pcapng *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	c->reader = r;
	c->problem = problem;
	return c;
}

void
capture_pcapng_destroy(struct capture_pcapng *c)
{
	if (c == NULL)
		return;
	pcapng_interfaces_finish(&c->interfaces);
	free(c);
}

static void
start_section(struct capture_pcapng *c, const struct pcapng_found *b)
{
	struct pcapng_section section;
	struct cursor body = cursor_init(b->body, b->at);
	c->big = b->head.big;
	pcapng_interfaces_section(&c->interfaces);
	c->foreign = !pcapng_section_parse(&body, c->big, &section) || section.major != 1;
	if (c->foreign)
		problem_add(c->problem,
			    "section at byte %" PRIu64
			    ": pcapng version %u.%u is not known; skipped",
			    b->at, section.major, section.minor);
}

static void
keep_interface(struct capture_pcapng *c, const struct pcapng_interface *interface, uint64_t at)
{
	switch (pcapng_interfaces_add(&c->interfaces, interface)) {
	case PCAPNG_ADDED:
		break;
	case PCAPNG_ADDED_LIMIT:
		problem_add(c->problem, "more than %d interfaces (byte %" PRIu64 ")",
			    PCAPNG_INTERFACES_MAX, at);
		break;
	case PCAPNG_ADDED_NO_MEMORY:
		c->memory = true;
		break;
	}
}

/* Keeps the place of an interface whose description is lost, so that the ids of the others stay
 * right. */
static const struct pcapng_interface unreadable_interface = {
    .link_type = UINT16_MAX,
    .options_whole = true,
};

static void
add_interface(struct capture_pcapng *c, const struct pcapng_found *b)
{
	struct pcapng_interface interface;
	struct cursor body = cursor_init(b->body, b->at);
	if (!pcapng_interface_parse(&body, c->big, &interface)) {
		problem_add(c->problem, "interface description at byte %" PRIu64 " is too short",
			    b->at);
		interface = unreadable_interface;
	}
	if (!interface.options_whole)
		problem_add(c->problem,
			    "interface description at byte %" PRIu64
			    ": an option exceeds the block",
			    b->at);
	keep_interface(c, &interface, b->at);
}

static void
fill_packet(const struct capture_pcapng *c, const struct pcapng_packet *p,
	    const struct pcapng_clock *clock, uint64_t at, struct packet *out)
{
	*out = (struct packet){
	    .frame = c->frame,
	    .time_ns = p->timed ? pcapng_time_ns(p->ticks, clock->tsresol, clock->tsoffset) : 0,
	    .link_type = clock->link_type,
	    .interface = c->interfaces.first + p->interface,
	    .data = p->data,
	    .len = p->len,
	    .file_at = at,
	};
}

/* Every packet block is a frame, also one that cannot be used: numbers agree with Wireshark's. */
static bool
read_packet(struct capture_pcapng *c, const struct pcapng_found *b, struct packet *out)
{
	const struct pcapng_clock *first = pcapng_interfaces_find(&c->interfaces, 0);
	struct pcapng_packet p;
	struct cursor body = cursor_init(b->body, b->at);
	c->frame++;
	if (!pcapng_packet_parse(&body, b->head.type, c->big, first != NULL ? first->snaplen : 0,
				 &p)) {
		problem_add(c->problem,
			    "packet %" PRIu64 " (byte %" PRIu64
			    "): captured length exceeds its block",
			    c->frame, b->at);
		return false;
	}
	const struct pcapng_clock *clock = pcapng_interfaces_find(&c->interfaces, p.interface);
	if (clock == NULL) {
		problem_add(c->problem,
			    "packet %" PRIu64 " (byte %" PRIu64 "): interface %" PRIu32
			    " was not described",
			    c->frame, b->at, p.interface);
		return false;
	}
	fill_packet(c, &p, clock, b->at, out);
	return true;
}

static bool
read_secret(struct capture_pcapng *c, const struct pcapng_found *b, struct secret *out)
{
	struct pcapng_secrets secrets;
	struct cursor body = cursor_init(b->body, b->at);
	if (!pcapng_secrets_parse(&body, c->big, &secrets)) {
		problem_add(c->problem, "secrets at byte %" PRIu64 " exceed their block", b->at);
		return false;
	}
	c->late_secrets += c->frame > 0;
	*out = (struct secret){.type = secrets.type, .text = secrets.text};
	return b->at >= c->secrets_until;
}

/* Handle one block; true when it yields something. */
static bool
handle(struct capture_pcapng *c, const struct pcapng_found *b, struct packet *packet,
       struct secret *secret, enum source_event *event)
{
	if (b->head.type == PCAPNG_SECTION) {
		start_section(c, b);
		return false;
	}
	if (c->foreign)
		return false;
	if (pcapng_is_packet(b->head.type)) {
		*event = SOURCE_PACKET;
		return read_packet(c, b, packet);
	}
	if (b->head.type == PCAPNG_SECRETS) {
		*event = SOURCE_SECRET;
		return read_secret(c, b, secret);
	}
	if (b->head.type == PCAPNG_INTERFACE)
		add_interface(c, b);
	return false; /* names, statistics, custom and unknown blocks */
}

/* A block that was stepped over still counts: as a frame, or as an interface. */
static void
lost(struct capture_pcapng *c, const struct pcapng_found *b)
{
	if (c->foreign)
		return;
	c->frame += pcapng_is_packet(b->head.type);
	if (b->head.type == PCAPNG_INTERFACE)
		keep_interface(c, &unreadable_interface, b->at);
}

enum source_event
capture_pcapng_next(struct capture_pcapng *c, struct packet *packet, struct secret *secret)
{
	for (;;) {
		struct pcapng_place place = {
		    .big = c->big,
		    .interfaces = c->interfaces.count,
		    .frame = c->frame,
		};
		struct pcapng_found b;
		enum source_event event = SOURCE_END;
		switch (pcapng_find_block(c->reader, &place, c->problem, &b)) {
		case PCAPNG_FOUND:
			if (handle(c, &b, packet, secret, &event))
				return event;
			break;
		case PCAPNG_LOST:
			lost(c, &b);
			break;
		case PCAPNG_OVER:
			return reader_error(c->reader) != 0 ? SOURCE_FAULT : SOURCE_END;
		}
		if (c->memory) {
			problem_add(c->problem, "out of memory");
			return SOURCE_FAULT;
		}
	}
}

/* Length of the Enhanced Packet Block that `in` begins with; 0: another block, or not usual. */
static size_t
packet_block(const struct capture_pcapng *c, struct bytes in)
{
	struct pcapng_head head;
	bool usual = pcapng_head_parse(in, c->big, &head) && head.type == PCAPNG_PACKET &&
		     head.len >= PCAPNG_FRAME && head.len % 4 == 0 &&
		     head.len <= PCAPNG_RESYNC_BLOCK_MAX;
	return usual ? head.len : 0;
}

/* The packet that `in` begins with, and the length of its block. 0, and nothing taken: another
 * block, or one that pcapng_find_block has to look at. */
static size_t
usual_packet(struct capture_pcapng *c, struct bytes in, uint64_t at, struct packet *out)
{
	struct bytes view;
	struct pcapng_packet p;
	size_t len = packet_block(c, in);
	if (len == 0 || len > in.len || pcapng_trailer(bytes_take(&in, len), c->big, &view) != len)
		return 0;
	struct cursor body = cursor_init(view, at);
	if (!pcapng_packet_parse(&body, PCAPNG_PACKET, c->big, 0, &p))
		return 0;
	const struct pcapng_clock *clock = pcapng_interfaces_find(&c->interfaces, p.interface);
	if (clock == NULL)
		return 0;
	c->frame++;
	fill_packet(c, &p, clock, at, out);
	return len;
}

size_t
capture_pcapng_batch(struct capture_pcapng *c, struct packet *out, size_t max)
{
	if (c->foreign)
		return 0;
	uint64_t at = reader_at(c->reader);
	struct bytes in = reader_peek(c->reader, PCAPNG_HEAD);
	size_t n = 0, taken = 0, len = packet_block(c, in);
	if (len > in.len)
		in = reader_peek(c->reader, len);
	while (n < max && (len = usual_packet(c, in, at + taken, &out[n])) > 0) {
		bytes_take(&in, len);
		taken += len;
		n++;
	}
	reader_take(c->reader, taken);
	return n;
}

bool
capture_pcapng_secrets(struct capture_pcapng *c, source_secret_fn fn, void *ctx)
{
	return pcapng_walk_secrets(c->reader, fn, ctx, &c->secrets_until);
}

uint64_t
capture_pcapng_late_secrets(const struct capture_pcapng *c)
{
	return c->late_secrets;
}

uint32_t
capture_pcapng_interfaces(const struct capture_pcapng *c)
{
	return c->interfaces.described;
}

bool
capture_pcapng_interface(const struct capture_pcapng *c, uint32_t index,
			 struct source_interface *out)
{
	if (index >= c->interfaces.described)
		return false;
	*out = c->interfaces.all[index];
	return true;
}
