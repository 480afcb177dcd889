/*
 * server_ports.c - the ports of --port. See server_ports.h.
 */
#include "analyzer/cli/server_ports.h"

#include "analyzer/cli/memory.h"

#include <stdlib.h>

static void
insert(struct server_ports *p, uint16_t port)
{
	size_t at = 0;

	while (at < p->count && p->ports[at] < port)
		at++;
	if (at < p->count && p->ports[at] == port)
		return;
	p->ports = memory_grow(p->ports, p->count, &p->room, sizeof(*p->ports));
	for (size_t i = p->count++; i > at; i--)
		p->ports[i] = p->ports[i - 1];
	p->ports[at] = port;
}

bool
server_ports_load(struct server_ports *p, const struct options *o, struct str *wrong)
{
	const char *text;
	size_t at = 0;
	long port;

	while ((text = options_next(o, "port", &at)) != NULL) {
		if (!options_read_number("port", text, UINT16_MAX, &port, wrong))
			return false;
		insert(p, (uint16_t)port);
	}
	return true;
}

void
server_ports_finish(struct server_ports *p)
{
	free(p->ports);
	*p = (struct server_ports){0};
}

void
server_ports_describe(const struct server_ports *p, struct str *to)
{
	for (size_t i = 0; i < p->count; i++)
		str_addf(to, "%s%u", i == 0 ? "; port " : ", ", (unsigned)p->ports[i]);
}
