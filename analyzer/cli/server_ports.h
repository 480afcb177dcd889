/*
 * server_ports.h - the ports of --port: connections to them that carry no TLS are told even where
 * none was seen. Used by cmd_analyze.c.
 */
#ifndef ANALYZER_CLI_SERVER_PORTS_H
#define ANALYZER_CLI_SERVER_PORTS_H

#include "analyzer/cli/options.h"
#include "analyzer/cli/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ascending, each once. Zero-initialised is empty. */
struct server_ports {
	uint16_t *ports;
	size_t count, room;
};

/* False: one is no port; *wrong says so in one line. */
bool server_ports_load(struct server_ports *p, const struct options *o, struct str *wrong);
void server_ports_finish(struct server_ports *p);
/* "; port 8443, 8883", or nothing: what results depend on. */
void server_ports_describe(const struct server_ports *p, struct str *to);

#endif
