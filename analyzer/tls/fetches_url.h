/*
 * fetches_url.h - http URLs in certificates, as far as it takes to recognise a request for them.
 * Part of fetches.c, for it only. RFC 3986 section 3.
 */
#ifndef ANALYZER_TLS_FETCHES_URL_H
#define ANALYZER_TLS_FETCHES_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/packet/decode.h"

/* Longer ones are not looked for. */
enum { FETCHES_URL_MAX = 512, FETCHES_HOST_MAX = 253 };

struct fetches_url {
	char text[FETCHES_URL_MAX + 1];
	char host[FETCHES_HOST_MAX + 1]; /* in lower case, without brackets */
	uint16_t path_at;                /* in text; 0: none, which means "/" */
	uint16_t port;
};

/* The next of a list separated by spaces; *list moves on. False: no more. */
bool fetches_url_next(const char **list, struct bytes *url);
/* False: no http URL, or too long a one. */
bool fetches_url_parse(struct bytes text, struct fetches_url *out);
bool fetches_url_is(const struct fetches_url *url, struct bytes text);
/* Its host, if that is an IPv4 address; port 0. */
bool fetches_url_address(const struct fetches_url *url, struct endpoint *out);
/* A request for this target may be one for the URL: it is its path, or goes on behind it (an OCSP
 * request in a GET, RFC 6960 appendix A.1), or is the whole URL (to a proxy). */
bool fetches_url_path_fits(const struct fetches_url *url, struct bytes target);

#endif
