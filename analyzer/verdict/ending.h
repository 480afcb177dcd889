/*
 * ending.h - who ended an attempt, and how: alerts, FIN, RST and what they prove.
 * Used by facts.c. Order between the two sides comes from acknowledgements; an alert beats the
 * close that follows it.
 */
#ifndef ANALYZER_VERDICT_ENDING_H
#define ANALYZER_VERDICT_ENDING_H

#include "analyzer/verdict/facts.h"

/* A server that says goodbye as its first word after Finished may be refusing: late verification
 * and a polite end look alike when the alert is encrypted. */
enum { ENDING_SOON_NS = 1000 * 1000 * 1000 };

/* What the server did after its Finished, when it never sent application data. */
struct ending_farewell {
	bool soon;   /* it closed within ENDING_SOON_NS */
	bool alert;  /* an encrypted alert came first, or may have:
			bytes are missing */
	bool polite; /* the client had said goodbye before */
};

/* Sets ended_by, end_step, ending, alert and the reset_injected modifier. */
void ending_find(struct facts *f, const struct mutual_auth *m, const struct attempt *a,
		 enum flow_end why);
/* The client had ended the attempt, and this alert of the server knew: it says nothing of the
 * answer. */
bool ending_client_first(const struct facts *f, const struct step *alert);
struct ending_farewell ending_farewell(const struct mutual_auth *m, const struct attempt *a);

/* Everything this side sent was captured: no hole, nothing acknowledged that was not seen, and its
 * FIN or RST, if any, stands right behind the last byte. */
bool ending_side_complete(const struct tls_session *s, enum tls_side side);
/* `end` came after its sender had received `answer`, as far as can be told. */
bool ending_after(const struct step *end, const struct step *answer);

#endif
