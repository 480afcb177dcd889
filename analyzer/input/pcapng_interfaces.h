/*
 * pcapng_interfaces.h - the interfaces of a pcapng file: those of the section being read, and a
 * description of all, for the reader's caller.
 * Owned by capture_pcapng.c. Interface ids start anew in every section; a packet's interface is
 * counted over all of them.
 */
#ifndef ANALYZER_INPUT_PCAPNG_INTERFACES_H
#define ANALYZER_INPUT_PCAPNG_INTERFACES_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/input/pcapng_block.h"
#include "analyzer/input/source.h"

enum {
	PCAPNG_INTERFACES_MAX = 65536, /* usable per section, and described per file */
	PCAPNG_NAME_MAX = 255,         /* bytes kept of an interface name */
};

/* What packets need of an interface. */
struct pcapng_clock {
	uint32_t link_type, snaplen;
	uint8_t tsresol;
	int64_t tsoffset;
};

/* Zero-initialise; pcapng_interfaces_finish frees. */
struct pcapng_interfaces {
	struct pcapng_clock *section;
	uint32_t count, capacity; /* of the section */
	struct source_interface *all;
	uint32_t described, all_capacity;
	uint32_t first; /* index over all sections of the section's first interface */
};

void pcapng_interfaces_finish(struct pcapng_interfaces *t);
/* A new section begins: its ids start at 0. */
void pcapng_interfaces_section(struct pcapng_interfaces *t);

enum pcapng_added { PCAPNG_ADDED, PCAPNG_ADDED_LIMIT, PCAPNG_ADDED_NO_MEMORY };
/* LIMIT: the section or the file has more interfaces than are kept; packets of a section's
 * interfaces beyond the limit cannot be understood. */
enum pcapng_added pcapng_interfaces_add(struct pcapng_interfaces *t,
					const struct pcapng_interface *interface);
/* NULL when the section has no such interface. Borrows until the next add. */
const struct pcapng_clock *pcapng_interfaces_find(const struct pcapng_interfaces *t, uint32_t id);

#endif
