/*
 * resync.c - counting plausible record headers in a row. See resync.h.
 */
#include "analyzer/tls/resync.h"

#include "dissectors/wire/cursor.h"

void
resync_init(struct resync *r)
{
	r->count = 0;
	r->part_len = 0;
	r->next = 0;
}

/* The header in r->part continues what was found, or starts anew. */
static bool
accept(struct resync *r, uint64_t at, const struct flow_mark *mark)
{
	struct cursor c = cursor_init(bytes_of(r->part, TLS_RECORD_HEADER_LEN), at);
	struct tls_record_header h;

	r->part_len = 0;
	if (!tls_record_header_parse(&c, &h) || !tls_record_header_plausible(&h) ||
	    (r->count > 0 && h.legacy_version != r->found[0].header.legacy_version)) {
		r->count = 0;
		return false;
	}
	r->found[r->count++] = (struct resync_header){.at = at, .header = h, .mark = *mark};
	r->next = at + TLS_RECORD_HEADER_LEN + h.length;
	return true;
}

bool
resync_feed(struct resync *r, const struct flow_data *d)
{
	const uint64_t end = d->at + d->data.len;

	if (r->count == 0) {
		r->next = d->at; /* a record is expected to begin where a segment does */
		r->part_len = 0;
	}
	while (r->next + r->part_len >= d->at && r->next + r->part_len < end) {
		size_t from = (size_t)(r->next + r->part_len - d->at);
		size_t want = TLS_RECORD_HEADER_LEN - r->part_len;
		size_t have = d->data.len - from;
		size_t n = have < want ? have : want;
		memcpy(r->part + r->part_len, d->data.data + from, n);
		r->part_len += (unsigned)n;
		if (r->part_len < TLS_RECORD_HEADER_LEN)
			break;
		if (!accept(r, r->next, &d->mark))
			break;
		if (r->count == RESYNC_HEADERS)
			return true;
	}
	return false;
}

void
resync_gap(struct resync *r, uint64_t at, uint64_t len)
{
	if (r->count > 0 && (r->part_len > 0 || at + len > r->next))
		resync_init(r);
}
