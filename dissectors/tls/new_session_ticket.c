/*
 * new_session_ticket.c - NewSessionTicket, RFC 8446 section 4.6.1 and RFC 5077 section 3.3; see
 * new_session_ticket.h.
 */
#include "dissectors/tls/new_session_ticket.h"

bool
tls_new_session_ticket_parse(struct cursor *in, enum tls_version v,
			     struct tls_new_session_ticket *out)
{
	*out = (struct tls_new_session_ticket){0};
	out->lifetime = cursor_u32(in, "ticket_lifetime");
	if (!tls_version_is_13(v)) {
		out->ticket = cursor_vec(in, 2, "ticket");
		return cursor_end(in, "NewSessionTicket");
	}
	out->age_add = cursor_u32(in, "ticket_age_add");
	out->nonce = cursor_vec(in, 1, "ticket_nonce");
	out->ticket = cursor_vec(in, 2, "ticket");
	if (out->ticket.len == 0)
		cursor_fail(in, "ticket");
	out->extensions = cursor_vec(in, 2, "extensions");
	return cursor_end(in, "NewSessionTicket");
}
