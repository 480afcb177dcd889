/*
 * session_foreign.c - the bytes of a session that are no TLS records. See session.h.
 */
#include "analyzer/tls/session.h"

#include "dissectors/tls/record.h"
#include "dissectors/tls/sslv2.h"

static void
keep_text(struct tls_session *s, struct bytes data)
{
	if (s->foreign_text == NULL)
		s->foreign_text = arena_alloc(&s->arena, SESSION_FOREIGN_TEXT_MAX + 1);
	if (s->foreign_text == NULL)
		return;
	size_t left = SESSION_FOREIGN_TEXT_MAX - s->foreign_text_len;
	size_t n = data.len < left ? data.len : left;
	if (n > 0)
		memcpy(s->foreign_text + s->foreign_text_len, data.data, n);
	s->foreign_text_len += n;
}

void
session_foreign(struct tls_session *s, enum tls_side side, uint64_t at, struct bytes data,
		const struct flow_mark *mark)
{
	struct step *last = s->trace.side[side].last;

	if (side == TLS_SERVER)
		keep_text(s, data);
	if (last != NULL && last->kind == STEP_FOREIGN) {
		session_note_mark(s, mark);
		last->end = at + data.len;
		last->length += (uint32_t)data.len;
		last->mark = *mark;
		return;
	}
	struct step step = {.kind = STEP_FOREIGN,
			    .sender = side,
			    .at = at,
			    .end = at + data.len,
			    .mark = *mark,
			    .length = (uint32_t)data.len};
	session_step(s, &step);
}

bool
session_foreign_is_tls(const struct tls_session *s)
{
	struct cursor c = cursor_init(bytes_of(s->foreign_text, s->foreign_text_len), 0);
	struct tls_record_header h;

	return tls_record_header_parse(&c, &h) && tls_record_header_plausible(&h);
}

/* SERVER-HELLO of SSLv2: msg_type 4, session_id_hit 0 or 1, certificate_type, version 0.2
 * (draft-hickman-netscape-ssl-00 section 1.4.2). */
bool
session_foreign_is_sslv2(const struct tls_session *s)
{
	struct cursor c = cursor_init(bytes_of(s->foreign_text, s->foreign_text_len), 0);
	uint16_t length;

	if (s->client_hello == NULL || !s->client_hello->sslv2_format ||
	    !sslv2_header_parse(&c, &length))
		return false;
	bool server_hello = cursor_u8(&c, "msg_type") == 4;
	bool hit = cursor_u8(&c, "session_id_hit") <= 1;
	cursor_skip(&c, 1, "certificate_type");
	return cursor_u16(&c, "server_version") == TLS_SSL2 && server_hello && hit && cursor_ok(&c);
}
