/*
 * pcapng_interfaces.c - tables of pcapng interfaces.
 * Filled by capture_pcapng.c from Interface Description Blocks. Hostile files declare millions:
 * both tables are bounded, and the one that packets need is emptied with each section.
 */
#include "analyzer/input/pcapng_interfaces.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/input/capture_pcap.h"

void
pcapng_interfaces_finish(struct pcapng_interfaces *t)
{
	for (uint32_t i = 0; i < t->described; i++)
		free((char *)t->all[i].name);
	free(t->all);
	free(t->section);
}

void
pcapng_interfaces_section(struct pcapng_interfaces *t)
{
	t->first += t->count;
	t->count = 0;
}

/* Room for one more; the array doubles. */
static bool
grow(void **array, uint32_t count, uint32_t *capacity, size_t size)
{
	if (count < *capacity)
		return true;
	uint32_t wanted = *capacity == 0 ? 4 : *capacity * 2;
	void *bigger = realloc(*array, wanted * size);
	if (bigger == NULL)
		return false;
	*array = bigger;
	*capacity = wanted;
	return true;
}

static bool
describe(struct pcapng_interfaces *t, const struct pcapng_interface *interface, uint32_t link_type)
{
	void *all = t->all;
	if (!grow(&all, t->described, &t->all_capacity, sizeof *t->all))
		return false;
	t->all = all;
	struct source_interface *d = &t->all[t->described];
	*d = (struct source_interface){.link_type = link_type, .snaplen = interface->snaplen};
	if (interface->name.len > 0) {
		size_t len = interface->name.len;
		d->name = strndup((const char *)interface->name.data,
				  len < PCAPNG_NAME_MAX ? len : PCAPNG_NAME_MAX);
		if (d->name == NULL)
			return false;
	}
	t->described++;
	return true;
}

enum pcapng_added
pcapng_interfaces_add(struct pcapng_interfaces *t, const struct pcapng_interface *interface)
{
	if (t->count >= PCAPNG_INTERFACES_MAX)
		return PCAPNG_ADDED_LIMIT;
	uint32_t link_type = capture_link_type(interface->link_type);
	bool kept = t->described < PCAPNG_INTERFACES_MAX;
	if (kept && !describe(t, interface, link_type))
		return PCAPNG_ADDED_NO_MEMORY;
	void *section = t->section;
	if (!grow(&section, t->count, &t->capacity, sizeof *t->section))
		return PCAPNG_ADDED_NO_MEMORY;
	t->section = section;
	t->section[t->count++] = (struct pcapng_clock){
	    .link_type = link_type,
	    .snaplen = interface->snaplen,
	    .tsresol = interface->tsresol,
	    .tsoffset = interface->tsoffset,
	};
	return kept ? PCAPNG_ADDED : PCAPNG_ADDED_LIMIT;
}

const struct pcapng_clock *
pcapng_interfaces_find(const struct pcapng_interfaces *t, uint32_t id)
{
	return id < t->count ? &t->section[id] : NULL;
}
