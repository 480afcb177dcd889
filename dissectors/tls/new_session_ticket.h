/*
 * new_session_ticket.h - NewSessionTicket before and since 1.3.
 * RFC 5077 section 3.3, RFC 8446 section 4.6.1.
 */
#ifndef DISSECTORS_TLS_NEW_SESSION_TICKET_H
#define DISSECTORS_TLS_NEW_SESSION_TICKET_H

#include "dissectors/tls/version.h"
#include "dissectors/wire/cursor.h"

/* Views borrow from the message. */
struct tls_new_session_ticket {
	uint32_t lifetime;       /* seconds; before 1.3 a hint, 0: not said */
	uint32_t age_add;        /* 1.3 */
	struct bytes nonce;      /* 1.3 */
	struct bytes ticket;     /* before 1.3 it may be empty: no ticket after all */
	struct bytes extensions; /* 1.3: early_data */
};

bool tls_new_session_ticket_parse(struct cursor *in, enum tls_version v,
				  struct tls_new_session_ticket *out);

#endif
