/*
 * fetches_impl.h - one watched host, as fetches.c and fetches_feed.c share it. For them only.
 */
#ifndef ANALYZER_TLS_FETCHES_IMPL_H
#define ANALYZER_TLS_FETCHES_IMPL_H

#include "analyzer/tls/fetches.h"
#include "analyzer/tls/fetches_url.h"

/* A URL, and where its name leads. */
struct fetches_target {
	struct fetches_url url;
	enum fetch_kind kind;
	struct endpoint addrs[FETCHES_ADDRS_MAX]; /* port 0: compared by address */
	unsigned n_addrs;
};

struct fetches_host {
	struct endpoint addr; /* port 0 */
	struct fetches_target targets[FETCHES_URLS_MAX];
	unsigned n_targets; /* ever; the newest stands at (n_targets - 1) % FETCHES_URLS_MAX */
	struct fetch fetches[FETCHES_MAX];
	unsigned n_fetches; /* likewise */
};

/* What an attempt is known by. */
struct fetches_fit {
	const struct endpoint *to; /* NULL: any address */
	uint16_t port;             /* 0: any */
	const char *name;          /* NULL: any */
	struct bytes path;         /* empty: any */
};

bool fetches_same_address(const struct endpoint *a, const struct endpoint *b);
/* NULL: not watched. */
struct fetches_host *fetches_host(const struct fetches *f, const struct endpoint *addr);
/* How many of `ever` are still kept. */
unsigned fetches_kept(unsigned ever, unsigned max);
bool fetches_leads_to(const struct fetches_target *t, const struct endpoint *to);
/* Sets urls and kinds of x: those that it fits. False: none. */
bool fetches_fit(const struct fetches_host *h, const struct fetches_fit *fit, struct fetch *x);
void fetches_add(struct fetches_host *h, const struct fetch *x);

#endif
