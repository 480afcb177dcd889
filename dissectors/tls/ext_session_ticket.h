/*
 * ext_session_ticket.h - resumption before 1.3. CH: a ticket, or empty "I take one"; SH: empty "one
 * follows". RFC 5077 section 3.2.
 */
#ifndef DISSECTORS_TLS_EXT_SESSION_TICKET_H
#define DISSECTORS_TLS_EXT_SESSION_TICKET_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_session_ticket {
	struct bytes ticket; /* CH */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_session_ticket_parse(struct cursor *in, enum tls_place place,
				  struct tls_ext_session_ticket *out);

#endif
