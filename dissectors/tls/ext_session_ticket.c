/*
 * ext_session_ticket.c - SessionTicket, RFC 5077 section 3.2; see ext_session_ticket.h.
 */
#include "dissectors/tls/ext_session_ticket.h"

bool
tls_ext_session_ticket_parse(struct cursor *in, enum tls_place place,
			     struct tls_ext_session_ticket *out)
{
	(void)place;
	*out = (struct tls_ext_session_ticket){0};
	out->ticket = cursor_rest(in);
	return cursor_end(in, "session_ticket");
}

TLS_EXT_CHECK(session_ticket)
