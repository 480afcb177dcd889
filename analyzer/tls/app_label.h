/*
 * app_label.h - nDPI's name for what runs on a connection. A label, never a fact.
 * The only user of nDPI; asked after our own check found a hello, fed the session's first bytes.
 * Labels are remembered per server address, port, SNI and ALPN, so nDPI sees few sessions; from
 * capture to capture nothing is, or labels would depend on which ones came before.
 */
#ifndef ANALYZER_TLS_APP_LABEL_H
#define ANALYZER_TLS_APP_LABEL_H

#include "analyzer/tls/session.h"

struct app_label;

/* One nDPI module; not to be shared between threads, and to be made by one thread at a time:
 * started by two at once, its libgcrypt aborts now and then. NULL when nDPI can't start or memory
 * is short.
 */
struct app_label *app_label_create(const struct tls_run *run);
void app_label_destroy(struct app_label *l); /* takes NULL */

/* Another capture begins. */
void app_label_next_capture(struct app_label *l);
/* The first bytes of `side` in a session, from its hello on. Kept in the session until it is over.
 */
void app_label_feed(struct app_label *l, struct tls_session *s, enum tls_side side,
		    struct bytes first);
/* "TLS", "TLS.Google", ...; NULL when nDPI knows none. Lives until the next
 * capture. */
const char *app_label_find(struct app_label *l, struct tls_session *s);

#endif
