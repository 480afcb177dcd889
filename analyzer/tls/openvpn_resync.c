/*
 * openvpn_resync.c - finding packets by their session id. See openvpn_resync.h.
 */
#include "analyzer/tls/openvpn_resync.h"

static bool
is_packet(struct bytes in, uint64_t session_id)
{
	struct cursor c = cursor_init(in, 0);

	uint16_t len = cursor_u16(&c, "packet length");
	enum openvpn_kind kind = openvpn_kind(cursor_u8(&c, "opcode"));
	return cursor_u64(&c, "own_session_id") == session_id && cursor_ok(&c) &&
	       openvpn_kind_reliable(kind) && len > 1 + OPENVPN_SESSION_ID_LEN;
}

/* Where in `in` a packet begins; in.len when none does. */
static size_t
find(struct bytes in, uint64_t session_id)
{
	const size_t len = in.len;

	while (in.len >= OPENVPN_RESYNC_LEN) {
		if (is_packet(in, session_id))
			return len - in.len;
		bytes_take(&in, 1);
	}
	return len;
}

static void
keep_tail(struct openvpn_resync *r, struct bytes in)
{
	if (in.len > sizeof(r->tail))
		bytes_take(&in, in.len - sizeof(r->tail));
	if (in.len > 0)
		memmove(r->tail, in.data, in.len);
	r->tail_len = in.len;
}

void
openvpn_resync_begin(struct openvpn_resync *r, struct bytes seen)
{
	*r = (struct openvpn_resync){0};
	keep_tail(r, seen);
}

bool
openvpn_resync_feed(struct openvpn_resync *r, uint64_t session_id, struct bytes in, size_t *at)
{
	uint8_t joint[2 * sizeof(r->tail)];
	size_t n = in.len < sizeof(r->tail) ? in.len : sizeof(r->tail);

	if (in.len == 0)
		return false;
	memcpy(joint, r->tail, r->tail_len);
	memcpy(joint + r->tail_len, in.data, n);
	struct bytes ends = bytes_of(joint, r->tail_len + n);
	size_t early = find(ends, session_id);
	bool straddles = early < r->tail_len;
	r->before = straddles ? bytes_of(r->tail + early, r->tail_len - early) : (struct bytes){0};
	*at = straddles ? 0 : find(in, session_id);
	if (straddles || *at < in.len)
		return true;
	r->looked_at += in.len;
	keep_tail(r, in.len < sizeof(r->tail) ? ends : in);
	return false;
}
