/*
 * hello.h - what is kept of a ClientHello and a ServerHello after their bytes are gone.
 * Called by session.c; the grammar is dissectors/tls's.
 */
#ifndef ANALYZER_TLS_HELLO_H
#define ANALYZER_TLS_HELLO_H

#include "analyzer/tls/session.h"

/* NULL when the message is malformed in its fixed part, or memory is short. body: without header.
 */
const struct client_hello_detail *hello_client(struct tls_session *s, struct bytes body);
const struct client_hello_detail *hello_client_sslv2(struct tls_session *s, struct bytes body);
const struct server_hello_detail *hello_server(struct tls_session *s, struct bytes body);

#endif
