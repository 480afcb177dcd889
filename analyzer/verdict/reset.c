/*
 * reset.c - see reset.h.
 */
#include "analyzer/verdict/reset.h"

static bool
ttl_breaks(const struct flow_direction *d)
{
	return d->ttl_min != 0 && d->rst_ttl != 0 &&
	       (d->rst_ttl < d->ttl_min || d->rst_ttl > d->ttl_max);
}

static bool
counts(const struct flow_direction *d)
{
	return d->ip_ids >= RESET_PATTERN_MIN && d->ip_id_step <= RESET_STEP_MAX;
}

static bool
is_zero(const struct flow_direction *d)
{
	return d->ip_ids == 0 && d->ip_zeros >= RESET_PATTERN_MIN;
}

/* Elsewhere than where the sender had come to when the RST came. */
static bool
count_breaks(const struct flow_direction *d)
{
	uint16_t ahead = d->rst_ip_step, behind = (uint16_t)-d->rst_ip_step;

	return counts(d) && ahead > RESET_AHEAD_MAX && behind > RESET_BEHIND_MAX;
}

enum reset_fit
reset_fit(const struct tls_session *s, enum tls_side sender)
{
	const struct flow_direction *d = session_direction(s, sender);

	if (d->rst.frame == 0)
		return RESET_FITS;
	if (ttl_breaks(d))
		return RESET_TTL;
	/* What comes after its FIN answers for a socket that is gone. */
	if (d->rst_ip_id == 0 || (d->fin.frame != 0 && d->fin.frame < d->rst.frame))
		return RESET_FITS;
	if (count_breaks(d))
		return RESET_COUNT;
	return is_zero(d) ? RESET_ZERO : RESET_FITS;
}

bool
reset_decides(const struct tls_session *s, const struct step *step)
{
	enum tls_side other = step->sender == TLS_CLIENT ? TLS_SERVER : TLS_CLIENT;

	if (step->kind != STEP_RST)
		return true;
	const struct flow_direction *o = session_direction(s, other);
	bool second = o->rst.frame != 0 && o->rst.frame < step->mark.frame;
	return reset_fit(s, step->sender) == RESET_FITS &&
	       !(second && reset_fit(s, other) != RESET_FITS);
}

bool
reset_is_own(const struct tls_session *s, const struct step *step)
{
	const struct flow_direction *d = session_direction(s, step->sender);

	return step->kind == STEP_RST && reset_decides(s, step) && d->rst_ip_id != 0 &&
	       d->rst_ip_step >= 1 && d->rst_ip_step <= RESET_OWN_MAX && d->rst_at == d->highest;
}

/* --- words ------------------------------------------------------------------------------------ */

static void
put_ttls(struct arena_writer *to, const struct flow_direction *d)
{
	arena_write_number(to, d->ttl_min);
	if (d->ttl_min == d->ttl_max)
		return;
	arena_write_text(to, " to ");
	arena_write_number(to, d->ttl_max);
}

static const char *
id_words(const struct flow_direction *d)
{
	if (is_zero(d))
		return "all 0";
	return counts(d) ? "counting up" : "without a pattern";
}

static void
put_what_breaks(struct arena_writer *to, const struct flow_direction *d, enum reset_fit fit)
{
	if (fit == RESET_TTL) {
		arena_write_format(to, "its TTL is %u, theirs ", d->rst_ttl);
		put_ttls(to, d);
	} else if (fit == RESET_ZERO) {
		arena_write_format(to, "its IP-ID is %u, theirs are all 0", d->rst_ip_id);
	} else {
		arena_write_format(to, "its IP-ID is %u, theirs had counted up to %u", d->rst_ip_id,
				   (uint16_t)(d->rst_ip_id - d->rst_ip_step));
	}
}

const char *
reset_explain(struct tls_session *s)
{
	for (enum tls_side side = TLS_CLIENT; side <= TLS_SERVER; side++) {
		const struct flow_direction *d = session_direction(s, side);
		enum reset_fit fit = reset_fit(s, side);
		const char *name = side == TLS_CLIENT ? "client" : "server";
		if (fit == RESET_FITS)
			continue;
		struct arena_writer to;
		arena_write_begin(&to, &s->arena);
		arena_write_format(&to,
				   "The RST in frame %llu differs from the %s's other packets (",
				   (unsigned long long)d->rst.frame, name);
		put_what_breaks(&to, d, fit);
		arena_write_format(&to,
				   "): something between the two probably sent it in the %s's name "
				   "and cut the connection.",
				   name);
		return arena_written(&to);
	}
	return NULL;
}

const char *
reset_value(struct tls_session *s, enum tls_side sender)
{
	const struct flow_direction *d = session_direction(s, sender);

	struct arena_writer to;

	arena_write_begin(&to, &s->arena);
	arena_write_text(&to, "TTL ");
	arena_write_number(&to, d->rst_ttl);
	arena_write_text(&to, ", others ");
	put_ttls(&to, d);
	arena_write_text(&to, "; IP-ID ");
	arena_write_number(&to, d->rst_ip_id);
	arena_write_text(&to, ", others ");
	arena_write_text(&to, id_words(d));
	return arena_written(&to);
}
