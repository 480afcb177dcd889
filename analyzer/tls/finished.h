/*
 * finished.h - is a Finished message right? Its verify_data rests on the secret and on every
 * message before it. Used by decrypt.c. RFC 8446 section 4.4.4, RFC 5246 section 7.4.9.
 */
#ifndef ANALYZER_TLS_FINISHED_H
#define ANALYZER_TLS_FINISHED_H

#include "analyzer/tls/session.h"

enum finished_check {
	FINISHED_UNCHECKED, /* a message before it, or the secret, is not known */
	FINISHED_WRONG,
	FINISHED_RIGHT,
};

/* step: the Finished, in the trace. secret: handshake traffic secret of its sender (1.3), or the
 * master secret. */
enum finished_check finished_check(struct tls_session *s, const struct step *step,
				   unsigned handshake, const struct tls_cipher *c,
				   struct bytes secret);

#endif
