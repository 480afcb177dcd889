/*
 * search.c - looking for a hello. See search.h.
 */
#include "analyzer/tls/search.h"

#include <string.h>

#include "dissectors/tls/alert.h"
#include "dissectors/tls/record.h"
#include "dissectors/tls/sslv2.h"
#include "dissectors/wire/cursor.h"

enum { NOT_SSLV2 = SEARCH_SSLV2_MAX + 1 }; /* sslv2_len when the stream begins otherwise */

void
search_init(struct search *s, struct pool *pool, struct resync *resync)
{
	s->pool = pool;
	s->resync = resync;
	s->kept = NULL;
	s->failed = false;
	search_again(s, false);
}

void
search_finish(struct search *s)
{
	if (s->kept != NULL)
		pool_give(s->pool, s->kept);
	s->kept = NULL;
}

void
search_again(struct search *s, bool alerts)
{
	s->alerts = alerts;
	s->midstream = false;
	s->tail_len = s->sslv2_len = 0;
	s->seen = s->hello_at = s->sslv2_at = 0;
	s->before = s->earlier = (struct bytes){0};
}

void
search_midstream(struct search *s)
{
	if (!s->midstream)
		resync_init(s->resync);
	s->midstream = true;
}

/* Where bytes are kept; NULL when memory is short. */
static struct search_kept *
kept(struct search *s)
{
	if (s->kept == NULL)
		s->kept = pool_take(s->pool);
	s->failed |= s->kept == NULL;
	return s->kept;
}

/* A record that holds nothing but a readable alert: the answer of a server that likes no
 * ClientHello. */
static enum tls_probe
alert_probe(struct bytes prefix)
{
	struct cursor c = cursor_init(prefix, 0);
	struct tls_record_header h;
	struct tls_alert a;

	if (!tls_record_header_parse(&c, &h))
		return TLS_PROBE_MORE;
	if (h.type != TLS_CONTENT_alert || h.length != TLS_ALERT_LEN ||
	    !tls_record_header_plausible(&h))
		return TLS_PROBE_NO;
	if (cursor_left(&c) < TLS_ALERT_LEN)
		return TLS_PROBE_MORE;
	struct cursor body = cursor_child(&c, cursor_bytes(&c, TLS_ALERT_LEN, "alert"));
	return tls_alert_parse(&body, &a) && tls_alert_name(a.description) != NULL ? TLS_PROBE_YES
										   : TLS_PROBE_NO;
}

static enum tls_probe
probe_record(const struct search *s, struct bytes prefix, enum search_found *found)
{
	uint8_t type = prefix.data[0];
	enum tls_probe p;

	if (type == TLS_CONTENT_alert && s->alerts) {
		*found = SEARCH_ALERT;
		return alert_probe(prefix);
	}
	if (type != TLS_CONTENT_handshake)
		return TLS_PROBE_NO;
	*found = SEARCH_CLIENT_HELLO;
	p = tls_client_hello_probe(prefix);
	if (p != TLS_PROBE_NO)
		return p;
	*found = SEARCH_SERVER_HELLO;
	return tls_server_hello_probe(prefix);
}

/* The next position in [from, in.len) where a record could begin; in.len when there is none. */
static size_t
next_candidate(const struct search *s, struct bytes in, size_t from)
{
	for (size_t i = from; i < in.len; i++)
		if (in.data[i] == TLS_CONTENT_handshake ||
		    (s->alerts && in.data[i] == TLS_CONTENT_alert))
			return i;
	return in.len;
}

static void
keep_tail(struct search *s, struct bytes in)
{
	s->tail_len = 0;
	if (in.len == 0 || in.len >= sizeof(s->kept->tail) || kept(s) == NULL)
		return;
	s->tail_len = (uint16_t)in.len;
	memmove(s->kept->tail, in.data, in.len);
}

/* Probe every position of a view; *at is the position found or, for MORE, where to begin again. */
static enum search_found
scan(const struct search *s, struct bytes in, size_t *at)
{
	for (size_t i = next_candidate(s, in, 0); i < in.len; i = next_candidate(s, in, i + 1)) {
		enum search_found found = SEARCH_NOTHING;
		struct bytes rest = in;
		bytes_take(&rest, i);
		enum tls_probe p = probe_record(s, rest, &found);
		if (p == TLS_PROBE_NO)
			continue;
		*at = i;
		return p == TLS_PROBE_YES ? found : SEARCH_NOTHING;
	}
	*at = in.len;
	return SEARCH_NOTHING;
}

/* A hello that began in the view before: the tail, and as much of this view as a probe can need.
 * *wait: this view is so short that nothing can be said yet, and it has joined the tail. */
static enum search_found
scan_joint(struct search *s, const struct flow_data *d, bool *wait)
{
	uint8_t joint[sizeof(s->kept->tail) + TLS_PROBE_MAX];
	size_t more = d->data.len < TLS_PROBE_MAX ? d->data.len : TLS_PROBE_MAX;
	size_t len = s->tail_len + more, at;

	memcpy(joint, s->kept->tail, s->tail_len);
	memcpy(joint + s->tail_len, d->data.data, more);
	enum search_found found = scan(s, bytes_of(joint, len), &at);
	*wait = false;
	if (at >= s->tail_len) /* nothing begins in the tail; the view itself is scanned next */
		return SEARCH_NOTHING;
	s->hello_at = d->at - s->tail_len + at;
	s->before = bytes_of(s->kept->tail + at, s->tail_len - at);
	if (found == SEARCH_NOTHING && more == d->data.len && len - at < sizeof(s->kept->tail)) {
		*wait = true;
		keep_tail(s, bytes_of(joint + at, len - at));
	}
	return found;
}

/* The stream so far, as much of it as an SSLv2-format hello may be long. */
static struct bytes
keep_sslv2(struct search *s, const struct flow_data *d)
{
	size_t room = sizeof(s->kept->sslv2) - s->sslv2_len;
	size_t n = d->data.len < room ? d->data.len : room;

	if (kept(s) == NULL)
		return (struct bytes){0};
	if (s->sslv2_len == 0)
		s->sslv2_at = d->at;
	memcpy(s->kept->sslv2 + s->sslv2_len, d->data.data, n);
	s->sslv2_len = (uint16_t)(s->sslv2_len + n);
	return bytes_of(s->kept->sslv2, s->sslv2_len);
}

static enum search_found
feed_sslv2(struct search *s, const struct flow_data *d)
{
	uint16_t length;

	if (s->sslv2_len == 0 && sslv2_client_hello_probe(d->data) == TLS_PROBE_NO) {
		s->sslv2_len = NOT_SSLV2;
		return SEARCH_NOTHING;
	}
	struct bytes have = keep_sslv2(s, d);
	struct cursor c = cursor_init(have, 0);
	enum tls_probe p = sslv2_client_hello_probe(have);
	if (p == TLS_PROBE_NO)
		s->sslv2_len = NOT_SSLV2;
	if (p == TLS_PROBE_YES && sslv2_header_parse(&c, &length) && cursor_left(&c) >= length) {
		s->sslv2_len = (uint16_t)(SSLV2_HEADER_LEN + length);
		s->hello_at = s->sslv2_at;
		return SEARCH_SSLV2_HELLO;
	}
	return SEARCH_NOTHING;
}

static enum search_found
feed_records(struct search *s, const struct flow_data *d)
{
	if (s->tail_len > 0) {
		bool wait;
		memcpy(s->kept->earlier, s->kept->tail, s->tail_len);
		s->earlier = bytes_of(s->kept->earlier, s->tail_len);
		enum search_found found = scan_joint(s, d, &wait);
		if (found != SEARCH_NOTHING || wait)
			return found;
		s->tail_len = 0;
	}
	size_t at;
	enum search_found found = scan(s, d->data, &at);
	s->hello_at = d->at + at;
	s->before = (struct bytes){0};
	if (found == SEARCH_NOTHING) {
		struct bytes rest = d->data;
		bytes_take(&rest, at);
		keep_tail(s, rest);
	}
	return found;
}

enum search_found
search_feed(struct search *s, const struct flow_data *d)
{
	enum search_found found = SEARCH_NOTHING;
	bool first = s->seen == 0;

	s->earlier = (struct bytes){0};
	if (d->data.len == 0)
		return SEARCH_NOTHING;
	if (s->seen > SEARCH_PRELUDE_MAX)
		return SEARCH_GIVEN_UP;
	if ((first || s->sslv2_len > 0) && s->sslv2_len != NOT_SSLV2)
		found = feed_sslv2(s, d);
	if (found == SEARCH_NOTHING)
		found = feed_records(s, d);
	if (found == SEARCH_NOTHING && s->midstream && resync_feed(s->resync, d))
		found = SEARCH_RECORDS;
	s->seen += d->data.len;
	if (found == SEARCH_NOTHING && s->seen > SEARCH_PRELUDE_MAX)
		found = SEARCH_GIVEN_UP;
	return found;
}

enum search_found
search_gap(struct search *s, uint64_t at, uint64_t len)
{
	enum search_found found = SEARCH_NOTHING;

	/* keep_tail() keeps bytes from a candidate on that no probe has refused yet. */
	if (s->tail_len >= SEARCH_CUT_HELLO_MIN &&
	    probe_record(s, bytes_of(s->kept->tail, s->tail_len), &found) != TLS_PROBE_NO &&
	    found != SEARCH_ALERT) {
		s->hello_at = at - s->tail_len;
		s->before = bytes_of(s->kept->tail, s->tail_len);
		return found;
	}
	s->tail_len = 0;
	s->sslv2_len = NOT_SSLV2;
	search_midstream(s);
	resync_gap(s->resync, at, len);
	return SEARCH_NOTHING;
}
