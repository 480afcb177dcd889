/*
 * fetches.c - the hosts that are watched, which URLs an attempt fits, and what came of them.
 * See fetches.h; what packets add is fetches_feed.c.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzer/tls/fetches_impl.h"

enum { SLOTS = 2 * FETCHES_HOSTS_MAX };

void
fetches_clear(struct fetches *f)
{
	free(f->slots);
	arena_finish(&f->arena);
	*f = (struct fetches){.key = f->key};
}

/* --- hosts ------------------------------------------------------------------------------------ */

bool
fetches_same_address(const struct endpoint *a, const struct endpoint *b)
{
	return a->family == b->family && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

static struct fetches_host **
slot_of(const struct fetches *f, const struct endpoint *addr)
{
	size_t i = hash_bytes(f->key, addr->addr, sizeof(addr->addr)) & (SLOTS - 1);

	while (f->slots[i] != NULL && !fetches_same_address(&f->slots[i]->addr, addr))
		i = (i + 1) & (SLOTS - 1);
	return &f->slots[i];
}

/* NULL: not watched. */
struct fetches_host *
fetches_host(const struct fetches *f, const struct endpoint *addr)
{
	return f->hosts > 0 ? *slot_of(f, addr) : NULL;
}

unsigned
fetches_kept(unsigned ever, unsigned max)
{
	return ever < max ? ever : max;
}

static bool
has_target(const struct fetches_host *h, enum fetch_kind kind, struct bytes url)
{
	for (unsigned i = 0; i < fetches_kept(h->n_targets, FETCHES_URLS_MAX); i++)
		if (h->targets[i].kind == kind && fetches_url_is(&h->targets[i].url, url))
			return true;
	return false;
}

static void
add_target(struct fetches_host *h, enum fetch_kind kind, struct bytes text)
{
	struct fetches_target t = {.kind = kind};

	/* ldap: and others are no business of ours. */
	if (has_target(h, kind, text) || !fetches_url_parse(text, &t.url))
		return;
	if (fetches_url_address(&t.url, &t.addrs[0]))
		t.n_addrs = 1;
	/* Fetches of the URL that gives way are nobody's now. */
	for (unsigned i = 0; i < fetches_kept(h->n_fetches, FETCHES_MAX); i++)
		h->fetches[i].urls &= ~(1u << h->n_targets % FETCHES_URLS_MAX);
	h->targets[h->n_targets++ % FETCHES_URLS_MAX] = t;
}

bool
fetches_watch(struct fetches *f, const struct endpoint *host, enum fetch_kind kind,
	      const char *urls)
{
	if (urls == NULL || urls[0] == '\0')
		return true;
	if (f->slots == NULL && (f->slots = calloc(SLOTS, sizeof(struct fetches_host *))) == NULL)
		return false;
	struct fetches_host **slot = slot_of(f, host);
	if (*slot == NULL && f->hosts == FETCHES_HOSTS_MAX)
		return true;
	if (*slot == NULL) {
		struct fetches_host *h = arena_alloc(&f->arena, sizeof(*h));
		if (h == NULL)
			return false;
		h->addr = *host;
		h->addr.port = 0;
		*slot = h;
		f->hosts++;
	}
	for (struct bytes url; fetches_url_next(&urls, &url);)
		add_target(*slot, kind, url);
	return true;
}

/* --- which URLs an attempt fits --------------------------------------------------------------- */

bool
fetches_leads_to(const struct fetches_target *t, const struct endpoint *to)
{
	for (unsigned i = 0; i < t->n_addrs; i++)
		if (fetches_same_address(&t->addrs[i], to))
			return true;
	return false;
}

static bool
target_fits(const struct fetches_target *t, const struct fetches_fit *fit)
{
	return (fit->port == 0 || fit->port == t->url.port) &&
	       (fit->to == NULL || fetches_leads_to(t, fit->to)) &&
	       (fit->name == NULL || strcmp(fit->name, t->url.host) == 0) &&
	       (fit->path.len == 0 || fetches_url_path_fits(&t->url, fit->path));
}

bool
fetches_fit(const struct fetches_host *h, const struct fetches_fit *fit, struct fetch *x)
{
	x->urls = 0;
	x->kinds = 0;
	for (unsigned i = 0; i < fetches_kept(h->n_targets, FETCHES_URLS_MAX); i++) {
		if (!target_fits(&h->targets[i], fit))
			continue;
		x->urls |= 1u << i;
		x->kinds |= h->targets[i].kind;
	}
	return x->urls != 0;
}

void
fetches_add(struct fetches_host *h, const struct fetch *x)
{
	h->fetches[h->n_fetches++ % FETCHES_MAX] = *x;
}

/* --- answers ---------------------------------------------------------------------------------- */

/* A name that has addresses of one kind only: no address of the other kind is no failure. */
static bool
resolved_otherwise(const struct fetches_host *h, const struct fetch *x)
{
	if (x->state != FETCH_DNS_FAILED || x->code != 0)
		return false;
	for (unsigned i = 0; i < fetches_kept(h->n_targets, FETCHES_URLS_MAX); i++)
		if ((x->urls & 1u << i) != 0 && h->targets[i].n_addrs > 0)
			return true;
	return false;
}

/* What it was at a time: an answer that came later was none by then. */
static enum fetch_state
state_at(const struct fetch *x, int64_t to)
{
	if (x->end_ns == 0 || x->end_ns <= to)
		return x->state;
	if (x->to.family == 0)
		return FETCH_NO_ADDRESS;
	return x->state == FETCH_REFUSED ? FETCH_NO_ANSWER : FETCH_NO_REPLY;
}

static const char *
name_of(const struct fetches_host *h, uint32_t urls)
{
	unsigned i = 0;

	while ((urls & 1u << i) == 0)
		i++;
	return h->targets[i].url.host;
}

static uint32_t
urls_of(const struct fetches_host *h, enum fetch_kind kind, const char *urls)
{
	uint32_t bits = 0;

	for (struct bytes url; fetches_url_next(&urls, &url);)
		for (unsigned i = 0; i < fetches_kept(h->n_targets, FETCHES_URLS_MAX); i++)
			if (h->targets[i].kind == kind && fetches_url_is(&h->targets[i].url, url))
				bits |= 1u << i;
	return bits;
}

struct fetches_found
fetches_find(const struct fetches *f, const struct endpoint *host, enum fetch_kind kind,
	     const char *urls, int64_t from, int64_t to)
{
	const struct fetches_host *h = fetches_host(f, host);
	struct fetches_found found = {0};

	if (h == NULL || urls == NULL)
		return found;
	uint32_t wanted = urls_of(h, kind, urls);
	for (unsigned i = 0; i < fetches_kept(h->n_fetches, FETCHES_MAX); i++) {
		struct fetch x = h->fetches[i];
		if ((x.urls & wanted) == 0 || x.mark.time_ns < from || x.mark.time_ns > to ||
		    resolved_otherwise(h, &x))
			continue;
		enum fetch_state then = state_at(&x, to);
		x.code = then == x.state ? x.code : 0;
		x.state = then;
		found.done |= x.state == FETCH_DONE && !x.guessed;
		if (x.state == FETCH_DONE || x.state == FETCH_RESOLVED)
			continue;
		/* What is sure comes before a guess, then the later one. */
		bool better =
		    found.failed.kinds == 0 ||
		    (x.guessed != found.failed.guessed ? !x.guessed
						       : x.mark.frame > found.failed.mark.frame);
		if (!better)
			continue;
		found.failed = x;
		found.failed.name = name_of(h, x.urls & wanted);
	}
	return found;
}
