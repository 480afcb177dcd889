/*
 * tls_stream.c - one TCP connection: search, framing, sessions. See tls_stream.h.
 */
#include "analyzer/tls/tls_stream.h"

#include "analyzer/tls/tls_stream_impl.h"

/* --- one direction --------------------------------------------------------------------------- */

static void search_data(struct tls_stream *t, const struct flow_data *d);

/* Offsets of a carried stream are not the flow's: of that, the carrier skips what it can. */
static void
skip(struct tls_stream *t, enum flow_dir d, uint64_t until)
{
	if (unwrap_carrier(t->unwrap, d) == NULL)
		flow_skip(t->flow, d, until);
}

static void
give_up(struct tls_stream *t, enum flow_dir d)
{
	t->mode[d] = MODE_DONE;
	skip(t, d, UINT64_MAX);
}

/* The part of a view from stream offset `from` on. */
static struct flow_data
view_from(const struct flow_data *d, uint64_t from)
{
	struct flow_data part = *d;

	if (from > d->at) {
		uint64_t skip = from - d->at;
		bytes_take(&part.data, skip < d->data.len ? (size_t)skip : d->data.len);
		part.at = from;
	}
	return part;
}

/* What framing gave up at may have begun in an earlier view: a hello may begin there, but none is
 * whole. */
static void
go_search(struct tls_stream *t, const struct flow_data *d)
{
	const struct framing *f = &t->framing[d->dir];
	struct flow_data head = *d, rest = view_from(d, f->foreign_at);

	t->mode[d->dir] = MODE_SEARCH;
	search_again(&t->search[d->dir], false);
	if (f->foreign_at < d->at) {
		head.at = f->foreign_at;
		head.data = bytes_of(f->head, (size_t)(d->at - f->foreign_at));
		search_data(t, &head);
	}
	if (rest.data.len > 0)
		search_data(t, &rest);
}

static void
records_data(struct tls_stream *t, const struct flow_data *d)
{
	struct framing *f = &t->framing[d->dir];
	uint64_t until = framing_data(f, t, session_side(t->session, d->dir), d);

	if (f->state == FRAMING_FOREIGN)
		go_search(t, d);
	else if (until > 0)
		skip(t, d->dir, until);
}

static void
start_records(struct tls_stream *t, const struct flow_data *d, struct search *s)
{
	struct flow_data before = {
	    .dir = d->dir, .at = s->hello_at, .data = s->before, .mark = d->mark};
	struct flow_data rest = view_from(d, s->hello_at);

	t->mode[d->dir] = MODE_RECORDS;
	tls_stream_add_lost(t, d->dir);
	if (before.data.len > 0)
		records_data(t, &before);
	if (t->mode[d->dir] != MODE_RECORDS)
		return;
	search_finish(s);
	records_data(t, &rest);
}

static void
start_hello(struct tls_stream *t, const struct flow_data *d, struct search *s, enum flow_dir client)
{
	if (!tls_stream_be_client(t, client)) {
		give_up(t, d->dir);
		return;
	}
	framing_finish(&t->framing[d->dir]);
	framing_init(&t->framing[d->dir], &t->lost_headers[d->dir]);
	framing_start(&t->framing[d->dir]);
	tls_stream_set_opening(t);
	t->search[!d->dir].alerts = true;
	if (t->wing->sink.opened != NULL)
		t->wing->sink.opened(t->wing->sink.ctx, t->session,
				     session_side(t->session, d->dir),
				     view_from(d, s->hello_at).data);
	start_records(t, d, s);
}

static void
start_client_hello(struct tls_stream *t, const struct flow_data *d, struct search *s)
{
	/* A hello in a direction that had spoken TLS before begins another session. */
	if (t->session != NULL && t->session->client == d->dir && t->session->client_hello != NULL)
		tls_stream_next(t, d->dir);
	start_hello(t, d, s, d->dir);
}

static void
start_sslv2(struct tls_stream *t, const struct flow_data *d, struct search *s)
{
	struct bytes body = bytes_of(s->kept->sslv2, s->sslv2_len);
	uint64_t end = s->sslv2_at + s->sslv2_len;
	struct step step = {.kind = STEP_MESSAGE,
			    .sender = TLS_CLIENT,
			    .at = s->sslv2_at,
			    .end = end,
			    .mark = d->mark,
			    .length = (uint32_t)s->sslv2_len};

	if (!tls_stream_be_client(t, d->dir)) {
		give_up(t, d->dir);
		return;
	}
	t->mode[d->dir] = MODE_RECORDS;
	framing_start(&t->framing[d->dir]);
	t->search[!d->dir].alerts = true;
	bytes_take(&body, 2);
	session_sslv2_hello(t->session, &step, body);
	search_finish(s);
	tls_stream_hello(t);
	struct flow_data rest = view_from(d, end);
	records_data(t, &rest);
}

/* Without a hello nothing says who is the client; the lower port is more likely the server's. */
static enum flow_dir
guess_client(const struct flow *f)
{
	return f->from[FLOW_DIR_A].port >= f->from[FLOW_DIR_B].port ? FLOW_DIR_A : FLOW_DIR_B;
}

static void
start_midstream(struct tls_stream *t, const struct flow_data *d, struct search *s)
{
	struct framing *f = &t->framing[d->dir];

	if (t->session == NULL) {
		if (!tls_stream_open(t, guess_client(t->flow)))
			return;
		t->session->client_guessed = true;
	}
	t->mode[d->dir] = MODE_RECORDS;
	search_finish(s);
	tls_stream_add_lost(t, d->dir);
	framing_start_lost(f);
	uint64_t until = framing_adopt(f, t, session_side(t->session, d->dir), s->resync, d);
	if (until > 0)
		skip(t, d->dir, until);
}

static void
start_found(struct tls_stream *t, enum search_found found, const struct flow_data *d)
{
	struct search *s = &t->search[d->dir];

	switch (found) {
	case SEARCH_NOTHING:
		return;
	case SEARCH_CLIENT_HELLO:
		start_client_hello(t, d, s);
		return;
	case SEARCH_SERVER_HELLO:
		start_hello(t, d, s, !d->dir);
		return;
	case SEARCH_ALERT:
		framing_start(&t->framing[d->dir]);
		start_records(t, d, s);
		return;
	case SEARCH_SSLV2_HELLO:
		start_sslv2(t, d, s);
		return;
	case SEARCH_RECORDS:
		start_midstream(t, d, s);
		return;
	case SEARCH_GIVEN_UP:
		give_up(t, d->dir);
		return;
	}
}

/* Where TLS may begin, after search_feed(): what is before it is something else. */
static uint64_t
may_begin(const struct search *s, enum search_found found, const struct flow_data *d)
{
	if (found == SEARCH_NOTHING || found == SEARCH_GIVEN_UP)
		return d->at + d->data.len - s->tail_len;
	return found == SEARCH_RECORDS ? s->resync->found[0].at : s->hello_at;
}

/* What a view holds before offset `until`. */
static void
foreign_data(struct tls_stream *t, const struct flow_data *d, uint64_t until)
{
	struct bytes part = d->data;

	if (until <= d->at)
		return;
	if (until - d->at < part.len)
		part.len = (size_t)(until - d->at);
	if (part.len > 0)
		session_foreign(t->session, session_side(t->session, d->dir), d->at, part,
				&d->mark);
}

static void
search_data(struct tls_stream *t, const struct flow_data *d)
{
	struct search *s = &t->search[d->dir];

	if (!t->flow->dir[d->dir].base_known && unwrap_carrier(t->unwrap, d->dir) == NULL)
		search_midstream(s);
	enum search_found found = search_feed(s, d);
	t->wing->failed |= s->failed;
	if (t->session != NULL) {
		const struct flow_data earlier = {.dir = d->dir,
						  .at = d->at - s->earlier.len,
						  .data = s->earlier,
						  .mark = d->mark};
		uint64_t until = may_begin(s, found, d);
		foreign_data(t, &earlier, until);
		foreign_data(t, d, until);
	}
	start_found(t, found, d);
}

/* --- from tls_wing.c ------------------------------------------------------------------------- */

void
tls_stream_data(struct tls_stream *t, const struct flow_data *d)
{
	if (t->mode[d->dir] == MODE_SEARCH)
		search_data(t, d);
	else if (t->mode[d->dir] == MODE_RECORDS)
		records_data(t, d);
}

void
tls_stream_gap(struct tls_stream *t, enum flow_dir d, uint64_t at, uint64_t len,
	       const struct flow_mark *mark)
{
	/* A hello cut short by the snap length opens a session all the same. */
	struct flow_data cut = {.dir = d, .at = at, .mark = *mark};
	if (t->mode[d] == MODE_SEARCH)
		start_found(t, search_gap(&t->search[d], at, len), &cut);
	if (t->mode[d] == MODE_RECORDS) {
		framing_gap(&t->framing[d], t, session_side(t->session, d), at, len, mark);
		return;
	}
	if (t->lost[d].to == 0)
		t->lost[d].from = at;
	t->lost[d].to = at + len;
	t->lost[d].mark = *mark;
}

void
tls_stream_restart(struct tls_stream *t, enum flow_dir d)
{
	/* The first side to begin anew ends the session; what the other one still sends is the old
	 * session's until it begins anew, too. */
	if (++t->restarts[d] > t->restarts[!d]) {
		t->later |= t->session != NULL;
		tls_stream_emit(t, FLOW_END_REUSED);
		t->mode[!d] = MODE_DONE;
	}
	framing_finish(&t->framing[d]);
	framing_init(&t->framing[d], &t->lost_headers[d]);
	t->mode[d] = MODE_SEARCH;
	search_again(&t->search[d], false);
	t->lost[d] = (struct lost){0};
}

static void
cut_direction(struct tls_stream *t, enum flow_dir d, uint64_t at)
{
	const struct flow_mark last = {.frame = t->flow->last_frame, .time_ns = t->flow->last_ns};

	tls_stream_add_lost(t, d);
	if (t->mode[d] == MODE_RECORDS)
		framing_cut(&t->framing[d], t, session_side(t->session, d), at, &last);
}

void
tls_stream_end(struct tls_stream *t, enum flow_end why)
{
	struct flow_direction carried[FLOW_DIR_COUNT];
	const struct flow_direction *dir = t->flow->dir;

	if (t->unwrap != NULL) {
		carried[FLOW_DIR_A] = unwrap_direction(t->unwrap, t->flow, FLOW_DIR_A);
		carried[FLOW_DIR_B] = unwrap_direction(t->unwrap, t->flow, FLOW_DIR_B);
		dir = carried;
	}
	if (t->session != NULL) {
		cut_direction(t, FLOW_DIR_A, dir[FLOW_DIR_A].next);
		cut_direction(t, FLOW_DIR_B, dir[FLOW_DIR_B].next);
		session_close(t->session, dir);
		t->session->last_frame = t->flow->last_frame;
		t->session->last_ns = t->flow->last_ns;
		tls_stream_emit(t, why);
	}
	for (enum flow_dir d = FLOW_DIR_A; d < FLOW_DIR_COUNT; d++) {
		if (t->mode[d] != MODE_RECORDS)
			search_finish(&t->search[d]);
		framing_finish(&t->framing[d]);
	}
}
