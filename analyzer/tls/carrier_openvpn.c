/*
 * carrier_openvpn.c - TLS in the control packets of OpenVPN over TCP. A row of carriers.def; the
 * grammar is in dissectors/openvpn.
 *
 * A direction is recognised by the hard reset that it begins with. From then on the length before
 * each packet leads from packet to packet; packets of the data channel are skipped unseen. Control
 * packets are numbered without gaps, and TCP brings them in the order of their first sending: a
 * number seen before is a retransmission, one that is too high tells of lost packets. Whether a
 * hole in the stream hid a control packet is thus known when the next one comes.
 *
 * A soft reset begins another TLS session under the next key id (renegotiation), a hard reset with
 * another session id a new connection; what still comes for an older key is left out.
 */
#include <assert.h>

#include "analyzer/tls/openvpn_resync.h"
#include "analyzer/tls/unwrap.h"
#include "dissectors/openvpn/openvpn.h"

enum {
	HEAD_MAX = OPENVPN_LENGTH_LEN + OPENVPN_HEADER_MAX,
	KEY_ID_LAST = 7, /* the next one is 1: 0 is the first of a connection */
};

enum place {
	PLACE_HEADER, /* at a packet, or in its header */
	PLACE_TLS,    /* in the payload of a control packet */
	PLACE_REST,   /* in a packet of no interest */
	PLACE_LOST,   /* a hole hid where the next packet begins */
	PLACE_GONE,   /* nothing is read any more */
};

struct openvpn {
	enum place place;
	bool begun;      /* the hard reset was read: hmac_len, session_id, key_id */
	uint64_t at;     /* stream offset reached */
	uint64_t end;    /* of the packet in hand */
	size_t head_len; /* bytes of it in head, its length word first */
	uint8_t head[HEAD_MAX];
	size_t hmac_len;
	uint64_t session_id;
	uint8_t key_id;
	uint64_t next_id; /* packet id expected next */
	bool hole;        /* bytes are missing that may have held control packets */
	struct flow_mark hole_mark;
	struct openvpn_resync resync; /* PLACE_LOST */
};

/* What one call works on. */
struct view {
	struct openvpn *o;
	struct unwrap *u;
	enum flow_dir dir;
	const struct flow_mark *mark;
	struct bytes in; /* not consumed yet; begins at o->at */
};

static struct bytes
consume(struct view *v, uint64_t n)
{
	size_t take = n < v->in.len ? (size_t)n : v->in.len;

	v->o->at += take;
	return bytes_take(&v->in, take);
}

/* --- beginning ------------------------------------------------------------------------------- */

static enum unwrap_fit
openvpn_probe(struct bytes first)
{
	struct cursor c = cursor_init(first, 0);
	size_t hmac_len;

	/* A hard reset is shorter than 256 bytes; a TLS record begins with its type, 20 to 24. */
	if (first.data[0] != 0)
		return UNWRAP_NO;
	uint16_t len = cursor_u16(&c, "packet length");
	if (cursor_more(&c) && openvpn_kind((uint8_t)cursor_peek(&c)) != OPENVPN_HARD_RESET)
		return UNWRAP_NO;
	if (!cursor_ok(&c))
		return UNWRAP_MORE;
	if (len > UNWRAP_PREFIX_MAX - OPENVPN_LENGTH_LEN)
		return UNWRAP_NO;
	if (cursor_left(&c) < len)
		return UNWRAP_MORE;
	return openvpn_hmac_find(cursor_bytes(&c, len, "packet"), &hmac_len) ? UNWRAP_YES
									     : UNWRAP_NO;
}

/* --- holes ----------------------------------------------------------------------------------- */

static void
suspect_hole(struct openvpn *o, const struct flow_mark *mark)
{
	if (!o->hole)
		o->hole_mark = *mark;
	o->hole = true;
}

static void
tell_hole(struct openvpn *o, struct unwrap *u, enum flow_dir dir)
{
	if (o->hole)
		unwrap_hole(u, dir, 0, &o->hole_mark);
	o->hole = false;
}

/* From here on a packet is looked for; one may have begun in the end of `seen`. */
static void
lose(struct view *v, struct bytes seen)
{
	suspect_hole(v->o, v->mark);
	v->o->place = PLACE_LOST;
	openvpn_resync_begin(&v->o->resync, seen);
}

/* --- packets --------------------------------------------------------------------------------- */

static void
next_packet(struct openvpn *o)
{
	o->place = PLACE_HEADER;
	o->head_len = 0;
}

/* Go on in the packet's payload as `place`, or with the next packet when it has none. */
static void
enter(struct openvpn *o, enum place place)
{
	o->place = place;
	if (o->at >= o->end)
		next_packet(o);
}

static void
begin_key(struct openvpn *o, const struct openvpn_header *h)
{
	o->begun = true;
	o->session_id = h->session_id;
	o->key_id = h->key_id;
	o->next_id = 0;
}

/* Is this packet of a TLS session that has not been seen yet? */
static bool
is_new_key(const struct openvpn *o, const struct openvpn_header *h)
{
	uint8_t next = o->key_id == KEY_ID_LAST ? 1 : o->key_id + 1;

	if (h->session_id != o->session_id)
		return h->kind == OPENVPN_HARD_RESET;
	return h->key_id == next;
}

/* Numbered, and with TLS as its payload. */
static bool
is_control(enum openvpn_kind kind)
{
	return openvpn_kind_reliable(kind) && kind != OPENVPN_ACK;
}

/* False when the packet brings nothing new. */
static bool
in_sequence(struct view *v, const struct openvpn_header *h)
{
	struct openvpn *o = v->o;

	if (is_new_key(o, h)) {
		tell_hole(o, v->u, v->dir);
		unwrap_restart(v->u, v->dir);
		begin_key(o, h);
	}
	if (h->session_id != o->session_id || h->key_id != o->key_id || h->packet_id < o->next_id)
		return false;
	if (h->packet_id > o->next_id) {
		suspect_hole(o, v->mark);
		tell_hole(o, v->u, v->dir);
	}
	o->hole = false;
	o->next_id = (uint64_t)h->packet_id + 1;
	return true;
}

static void
begin_packet(struct view *v)
{
	struct openvpn *o = v->o;
	struct cursor c = cursor_init(bytes_of(o->head, o->head_len), o->at - o->head_len);
	struct openvpn_header h;

	cursor_skip(&c, OPENVPN_LENGTH_LEN, "packet length");
	openvpn_header_parse(&c, o->hmac_len, &h);
	if (!o->begun)
		begin_key(o, &h);
	enter(o, is_control(h.kind) && in_sequence(v, &h) ? PLACE_TLS : PLACE_REST);
}

static_assert((int)HEAD_MAX >= (int)UNWRAP_PREFIX_MAX, "head holds the first packet whole");

/* How many bytes of `packet`, of which the front is in head, must be there before it is begun: the
 * header of a control packet, of others the opcode, the first packet whole. 0: it is no packet. */
static size_t
packet_need(struct openvpn *o, enum openvpn_kind kind, struct bytes packet, uint16_t len)
{
	if (!o->begun) {
		if (packet.len == len)
			openvpn_hmac_find(packet, &o->hmac_len);
		return len;
	}
	if (is_control(kind))
		return openvpn_header_need(packet, o->hmac_len);
	return kind == OPENVPN_NONE ? 0 : 1;
}

/* The same of the whole head. */
static size_t
head_need(struct openvpn *o)
{
	struct cursor c = cursor_init(bytes_of(o->head, o->head_len), 0);
	uint16_t len = cursor_u16(&c, "packet length");

	if (!cursor_more(&c))
		return OPENVPN_LENGTH_LEN + 1;
	enum openvpn_kind kind = openvpn_kind((uint8_t)cursor_peek(&c));
	size_t need = packet_need(o, kind, cursor_rest(&c), len);
	return need == 0 || need > len ? 0 : OPENVPN_LENGTH_LEN + need;
}

static uint64_t
packet_end(const struct openvpn *o)
{
	struct cursor c = cursor_init(bytes_of(o->head, o->head_len), 0);

	return o->at - o->head_len + OPENVPN_LENGTH_LEN + cursor_u16(&c, "packet length");
}

static void
read_header(struct view *v)
{
	struct openvpn *o = v->o;
	size_t need = head_need(o);

	while (need > o->head_len && v->in.len > 0) {
		struct bytes part = consume(v, need - o->head_len);
		memcpy(o->head + o->head_len, part.data, part.len);
		o->head_len += part.len;
		need = head_need(o);
	}
	if (need == 0) {
		/* How much of it was read is by chance: another may begin behind its first byte. */
		lose(v, bytes_of(o->head + 1, o->head_len - 1));
		return;
	}
	if (o->head_len < need)
		return;
	o->end = packet_end(o);
	begin_packet(v);
}

/* A hole hid where packets begin: look for one. */
static void
look(struct view *v)
{
	struct openvpn *o = v->o;
	size_t left = OPENVPN_RESYNC_BYTES_MAX + 1 - o->resync.looked_at, at;
	struct bytes in = bytes_of(v->in.data, v->in.len < left ? v->in.len : left);

	if (openvpn_resync_feed(&o->resync, o->session_id, in, &at)) {
		next_packet(o);
		o->head_len = o->resync.before.len;
		if (o->head_len > 0)
			memcpy(o->head, o->resync.before.data, o->head_len);
		consume(v, at);
		return;
	}
	consume(v, in.len);
	if (o->resync.looked_at > OPENVPN_RESYNC_BYTES_MAX) {
		o->place = PLACE_GONE;
		tell_hole(o, v->u, v->dir);
	}
}

/* --- carrier --------------------------------------------------------------------------------- */

static void
advance(struct view *v)
{
	struct openvpn *o = v->o;
	uint64_t at = o->at;

	switch (o->place) {
	case PLACE_HEADER:
		read_header(v);
		return;
	case PLACE_TLS:
		unwrap_tls(v->u, v->dir, at, consume(v, o->end - at), v->mark);
		enter(o, PLACE_TLS);
		return;
	case PLACE_REST:
		consume(v, o->end - at);
		enter(o, PLACE_REST);
		return;
	case PLACE_LOST:
		look(v);
		return;
	case PLACE_GONE:
		consume(v, v->in.len);
		return;
	}
}

static uint64_t
openvpn_feed(void *state, struct unwrap *u, const struct flow_data *d)
{
	struct openvpn *o = state;
	struct view v = {.o = o, .u = u, .dir = d->dir, .mark = &d->mark, .in = d->data};

	o->at = d->at;
	if (o->place == PLACE_REST)
		enter(o, PLACE_REST); /* it may have been skipped to its end */
	while (v.in.len > 0)
		advance(&v);
	return o->place == PLACE_REST ? o->end : o->place == PLACE_GONE ? UINT64_MAX : 0;
}

static void
openvpn_gap(void *state, struct unwrap *u, enum flow_dir dir, uint64_t at, uint64_t len,
	    const struct flow_mark *mark)
{
	struct openvpn *o = state;
	struct view v = {.o = o, .u = u, .dir = dir, .mark = mark};
	const uint64_t end = at + len;

	if (o->place == PLACE_GONE || end <= o->at)
		return;
	if (o->place == PLACE_HEADER && o->head_len >= OPENVPN_LENGTH_LEN) {
		o->end = packet_end(o);
		o->place = PLACE_REST;
		suspect_hole(o, mark);
	}
	if (o->place == PLACE_TLS)
		unwrap_hole(u, dir, (end < o->end ? end : o->end) - o->at, mark);
	o->at = end;
	if ((o->place == PLACE_TLS || o->place == PLACE_REST) && end <= o->end)
		enter(o, o->place);
	else
		lose(&v, (struct bytes){0});
}

static void
openvpn_finish(void *state, struct unwrap *u, enum flow_dir dir)
{
	tell_hole(state, u, dir);
}

const struct carrier carrier_openvpn = {
    .name = "openvpn",
    .state_size = sizeof(struct openvpn),
    .probe = openvpn_probe,
    .feed = openvpn_feed,
    .gap = openvpn_gap,
    .finish = openvpn_finish,
};
