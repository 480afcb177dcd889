/*
 * pcapng_block.h - the grammar of pcapng blocks: bytes in, structs out.
 * Below capture_pcapng.c, which finds the blocks and keeps sections and interfaces.
 * draft-ietf-opsawg-pcapng: "General Block Structure", "Options" and one part per block; the
 * obsolete Packet Block is its appendix A.
 */
#ifndef ANALYZER_INPUT_PCAPNG_BLOCK_H
#define ANALYZER_INPUT_PCAPNG_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "dissectors/wire/cursor.h"

enum pcapng_type {
	PCAPNG_INTERFACE = 1,
	PCAPNG_OLD_PACKET = 2,
	PCAPNG_SIMPLE_PACKET = 3,
	PCAPNG_PACKET = 6, /* Enhanced Packet Block */
	PCAPNG_SECRETS = 10,
	PCAPNG_SECTION = 0x0a0d0d0a,
};

enum {
	PCAPNG_HEAD = 12,        /* type, length, and the magic of a section or one more word */
	PCAPNG_FRAME = 12,       /* type, length before the body and length after it */
	PCAPNG_SECTION_MIN = 28, /* a Section Header Block without options */
};

struct pcapng_head {
	uint32_t type;
	uint32_t len; /* Block Total Length, not checked */
	bool big;     /* byte order of this block's section */
};

/* The first PCAPNG_HEAD bytes of a block. `big` is the order of the section so far; a Section
 * Header Block brings its own. False: too short, or a section without a byte-order magic. */
bool pcapng_head_parse(struct bytes in, bool big, struct pcapng_head *out);

/* The body of a block that fills `whole`, at least PCAPNG_FRAME bytes, and the length behind it. */
uint32_t pcapng_trailer(struct bytes whole, bool big, struct bytes *body);

/* Body of a Section Header Block. */
struct pcapng_section {
	uint16_t major, minor;
};
bool pcapng_section_parse(struct cursor *body, bool big, struct pcapng_section *out);

struct pcapng_interface {
	uint16_t link_type;
	uint32_t snaplen;   /* 0: unlimited */
	uint8_t tsresol;    /* as stored: 10^-n, or 2^-n with the top bit; 6 when absent */
	int64_t tsoffset;   /* seconds */
	struct bytes name;  /* if_name, may be empty */
	bool options_whole; /* false: an option runs out of the block; those before it were read */
};
bool pcapng_interface_parse(struct cursor *body, bool big, struct pcapng_interface *out);

/* Of all three packet blocks. */
struct pcapng_packet {
	uint32_t interface;
	uint64_t ticks; /* 0 in a Simple Packet Block */
	bool timed;
	uint32_t caplen;
	uint32_t len;
	struct bytes data; /* caplen bytes */
};
/* A Simple Packet Block has no captured length: it is the smaller of len and `snaplen` (of the
 * section's first interface, 0 unlimited). False: a length that does not fit the block. */
bool pcapng_packet_parse(struct cursor *body, uint32_t type, bool big, uint32_t snaplen,
			 struct pcapng_packet *out);

struct pcapng_secrets {
	uint32_t type;
	struct bytes text;
};
bool pcapng_secrets_parse(struct cursor *body, bool big, struct pcapng_secrets *out);

/* Ticks of an interface as nanoseconds since 1970, finer ones cut off; kept inside int64_t. */
int64_t pcapng_time_ns(uint64_t ticks, uint8_t tsresol, int64_t tsoffset);

static inline bool
pcapng_is_packet(uint32_t type)
{
	return type == PCAPNG_PACKET || type == PCAPNG_SIMPLE_PACKET || type == PCAPNG_OLD_PACKET;
}

#endif
