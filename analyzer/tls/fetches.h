/*
 * fetches.h - what a host asked the network for revocation data, and what came of it: DNS queries,
 * connections and HTTP requests to the OCSP and CRL addresses of certificates that it was shown.
 * Fed by the flow sink (tls_wing.c), by session.c (whom to watch) and by pipeline.c (DNS); asked by
 * verdict/ when a session is judged.
 *
 * A host is watched from the moment on at which it was shown a certificate that names such an
 * address. While there is none, every call returns at once.
 */
#ifndef ANALYZER_TLS_FETCHES_H
#define ANALYZER_TLS_FETCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/arena.h"
#include "analyzer/hash.h"
#include "analyzer/packet/flow.h"

enum {
	FETCHES_HOSTS_MAX = 1024, /* watched; further ones are not */
	FETCHES_URLS_MAX = 8,     /* of one host; the oldest gives way */
	FETCHES_MAX = 32,         /* kept of one host; likewise */
	FETCHES_ADDRS_MAX = 4,    /* that DNS gave for one name; further ones are not known */
};

/* Bits: a fetch may fit URLs of both kinds. */
enum fetch_kind { FETCH_OCSP = 1 << 0, FETCH_CRL = 1 << 1 };

enum fetch_state {
	FETCH_NO_ADDRESS, /* DNS: no answer */
	FETCH_NXDOMAIN,   /* DNS: no such name */
	FETCH_DNS_FAILED, /* DNS: another rcode, or no address in the answer */
	FETCH_RESOLVED,   /* DNS: an address; what comes of it is another fetch */
	FETCH_NO_ANSWER,  /* SYN without an answer */
	FETCH_REFUSED,    /* RST instead */
	FETCH_NO_REPLY,   /* connected, but no HTTP reply */
	FETCH_HTTP_ERROR, /* code: the status */
	FETCH_OCSP_ERROR, /* code: OCSPResponseStatus, RFC 6960 section 4.2.1 */
	FETCH_DONE,
};

/* One attempt. */
struct fetch {
	unsigned kinds; /* enum fetch_kind */
	bool guessed;   /* that it is one rests on its port alone: no name or address was seen */
	enum fetch_state state;
	unsigned code;
	uint32_t urls;    /* bit per URL that it fits, see fetches_urls() */
	const char *name; /* of the host asked; fetches_find() sets it, until the next packet */
	struct flow_mark mark; /* the first packet */
	int64_t end_ns;        /* when the state came about; 0: never */
	uint16_t id;           /* DNS: of the query */
	uint16_t port;         /* TCP: of the watched host */
	struct endpoint to;    /* TCP */
};

struct fetches_host;

/* Zero-initialised, with a key, is empty. */
struct fetches {
	const struct hash_key *key;  /* borrowed */
	struct fetches_host **slots; /* open addressing; NULL: nothing yet */
	size_t hosts;
	struct arena arena;
};

/* Empties it: another capture begins, or none does. */
void fetches_clear(struct fetches *f);

/* The host was shown a certificate with these URLs, separated by spaces (NULL none). False: memory
 * is short. */
bool fetches_watch(struct fetches *f, const struct endpoint *host, enum fetch_kind kind,
		   const char *urls);

/* A datagram from or to port 53. */
void fetches_dns(struct fetches *f, const struct segment *s);
/* As struct flow_sink's control and, for the first bytes of a direction, data. */
void fetches_control(struct fetches *f, const struct flow *flow, enum flow_dir d, uint8_t tcp_flags,
		     const struct flow_mark *mark);
void fetches_data(struct fetches *f, const struct flow *flow, const struct flow_data *d);

/* What the host fetched for these URLs in [from, to]. */
struct fetches_found {
	struct fetch failed; /* the last that failed by then; kinds 0: none */
	bool done;           /* one succeeded */
};
struct fetches_found fetches_find(const struct fetches *f, const struct endpoint *host,
				  enum fetch_kind kind, const char *urls, int64_t from, int64_t to);

#endif
