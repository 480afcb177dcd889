/*
 * ports.h - server ports on which TLS was seen, and connections to them that carried none: refused,
 * unanswered, or something else than TLS (contract, `connections_without_tls`).
 * Filled by tls_wing.c when a flow ends and by tls_stream_session.c when a session does; read by
 * pipeline.c when the capture is over.
 *
 * A connection counts only when the capture shows it from its SYN on. What may be the capture's
 * fault (one direction missing, lost bytes, the end of the file) is no class.
 */
#ifndef ANALYZER_TLS_PORTS_H
#define ANALYZER_TLS_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/hash.h"
#include "analyzer/outcome.h"
#include "analyzer/packet/flow.h"

enum {
	/* Endpoints remembered. When there are more, those without TLS so far are forgotten, which
	 * tls_ports.forgot counts: their connections until then are not told. */
	TLS_PORTS_MAX = 64 * 1024,
	TLS_PORTS_RETRY_MS = 500,    /* SYNs this far apart: the first had no answer */
	TLS_PORTS_SILENCE_MS = 3000, /* a lone SYN had this long for one */
};

struct tls_ports_slot;

/* Zero-initialised, with a key, is empty. */
struct tls_ports {
	const struct hash_key *key;   /* borrowed */
	struct tls_ports_slot *slots; /* open addressing; NULL: nothing yet */
	size_t mask, count;
	uint64_t forgot; /* entries that were forgotten */
	int64_t end_ns;  /* time of the capture's last packet; 0 while it is read */
};

/* Empties it: another capture begins, or none does. */
void tls_ports_clear(struct tls_ports *p);

/* tls_ports_seen() will be called with these: what it touches is fetched into the cache. */
void tls_ports_expect(const struct tls_ports *p, const struct flow *f, enum flow_dir server);
/* A server spoke TLS, or was spoken TLS to, there; f: the connection. False: memory is short. */
bool tls_ports_seen(struct tls_ports *p, const struct flow *f, enum flow_dir server);
/* A connection without a session is over. foreign: it carried bytes, and they begin like no TLS
 * record. False: memory is short. */
bool tls_ports_flow(struct tls_ports *p, const struct flow *f, bool foreign);

/* Those with TLS, or with a port of `asked`, that have something to tell, ordered by address and
 * port. *rows is the caller's to free; NULL when memory is short. */
size_t tls_ports_list(const struct tls_ports *p, const uint16_t *asked, size_t n_asked,
		      struct outcome_without_tls **rows);

#endif
