/*
 * network.c - see network.h.
 */
#include "analyzer/verdict/network.h"

/* --- fetches ---------------------------------------------------------------------------------- */

static void
merge(struct fetches_found *to, const struct fetches_found *one)
{
	to->done |= one->done;
	if (to->failed.kinds == 0 || (to->failed.guessed && one->failed.kinds != 0))
		to->failed = one->failed;
}

static void
look_at_fetches(struct network *n, const struct tls_session *s, const struct chain_detail *chain,
		int64_t from, int64_t to)
{
	const struct fetches *f = &s->run->fetches;
	const struct endpoint *server = &s->flow->from[!s->client];

	if (f->hosts == 0)
		return;
	for (size_t i = 0; i < chain->count; i++) {
		const struct outcome_certificate *c = chain->certificates[i];
		struct fetches_found ocsp =
		    fetches_find(f, server, FETCH_OCSP, c->ocsp_urls, from, to);
		struct fetches_found crl =
		    fetches_find(f, server, FETCH_CRL, c->crl_urls, from, to);
		merge(&n->ocsp, &ocsp);
		merge(&n->crl, &crl);
	}
}

/* OCSPResponseStatus, RFC 6960 section 4.2.1. */
static const char *
ocsp_status(unsigned code)
{
	static const char *const names[] = {
	    [1] = "malformedRequest", [2] = "internalError", [3] = "tryLater",
	    [5] = "sigRequired",      [6] = "unauthorized",
	};
	const char *name = code < sizeof(names) / sizeof(names[0]) ? names[code] : NULL;

	return name != NULL ? name : "an unknown status";
}

static const struct {
	const char *did, *got; /* got NULL: put together */
} states[] = {
    [FETCH_NO_ADDRESS] = {"looked up", "got no answer"},
    [FETCH_NXDOMAIN] = {"looked up", "there is no such name (NXDOMAIN)"},
    [FETCH_DNS_FAILED] = {"looked up", "got no address"},
    [FETCH_RESOLVED] = {"looked up", "got an address"},
    [FETCH_NO_ANSWER] = {"called", "got no answer"},
    [FETCH_REFUSED] = {"called", "was refused"},
    [FETCH_NO_REPLY] = {"asked", "got no reply"},
    [FETCH_HTTP_ERROR] = {"asked", NULL},
    [FETCH_OCSP_ERROR] = {"asked", NULL},
    [FETCH_DONE] = {"asked", "got a reply"},
};

const char *
network_fetch_words(struct tls_session *s, const struct fetches_found *found)
{
	const struct fetch *x = &found->failed;
	const char *got = states[x->state].got;

	if (x->state == FETCH_HTTP_ERROR)
		got = arena_format(&s->arena, "got HTTP status %u", x->code);
	else if (x->state == FETCH_OCSP_ERROR)
		got = arena_format(&s->arena, "got the OCSP status %s (%u)", ocsp_status(x->code),
				   x->code);
	if (got == NULL)
		return NULL;
	/* Of a guess only the port speaks for the name. */
	return arena_format(&s->arena, "%s %s in frame %llu and %s", states[x->state].did,
			    x->guessed || x->name == NULL ? "a host on that responder's port"
							  : x->name,
			    (unsigned long long)x->mark.frame, got);
}

/* --- swallowed segments ----------------------------------------------------------------------- */

static enum network_hole
hole_of(const struct tls_session *s, enum tls_side sender)
{
	const struct flow_direction *d = session_direction(s, sender);
	const struct flow_direction *other =
	    session_direction(s, sender == TLS_CLIENT ? TLS_SERVER : TLS_CLIENT);

	if (d->stuck.again < NETWORK_AGAIN || d->stuck.len < NETWORK_LARGE ||
	    d->acked != d->stuck.at)
		return NETWORK_HOLE_NONE;
	if (d->waits > 0)
		return NETWORK_HOLE;
	return other->packets > d->stuck.others ? NETWORK_HOLE_MAYBE : NETWORK_HOLE_NONE;
}

bool
network_swallowed(const struct tls_session *s, const struct step *step)
{
	const struct flow_direction *d = session_direction(s, step->sender);

	return d->stuck.again >= NETWORK_AGAIN && d->acked <= d->stuck.at &&
	       d->stuck.at < step->end;
}

const char *
network_hole_words(struct tls_session *s, const struct network *n)
{
	if (n->hole == NETWORK_HOLE_NONE)
		return "";
	const struct flow_stuck *stuck = &session_direction(s, n->hole_sender)->stuck;
	return arena_format(
	    &s->arena, "The %s sent the same %u bytes %u more times (frames %llu to %llu)",
	    n->hole_sender == TLS_CLIENT ? "client" : "server", stuck->len, stuck->again,
	    (unsigned long long)stuck->first_frame, (unsigned long long)stuck->last_frame);
}

void
network_look(struct network *n, const struct tls_session *s, const struct chain_detail *chain,
	     int64_t from, int64_t to)
{
	*n = (struct network){0};
	if (chain != NULL)
		look_at_fetches(n, s, chain, from, to);
	for (enum tls_side side = TLS_CLIENT; side <= TLS_SERVER; side++) {
		enum network_hole hole = hole_of(s, side);
		if (hole > n->hole) {
			n->hole = hole;
			n->hole_sender = side;
		}
	}
}
