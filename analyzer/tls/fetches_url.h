/*
 * fetches_url.h - http URLs in certificates, as far as it takes to recognise a request for them.
 * Part of fetches.c, for it only. RFC 3986 section 3.
 */
#ifndef ANALYZER_TLS_FETCHES_URL_H
#define ANALYZER_TLS_FETCHES_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/arena.h"
#include "analyzer/packet/decode.h"

struct fetches_url {
	const char *text, *host,
	    *path; /* host in lower case, without brackets; path begins with / */
	uint16_t port;
};

/* The next of a list separated by spaces; *list moves on. False: no more. */
bool fetches_url_next(const char **list, struct bytes *url);
/* False: no http URL, or memory is short. */
bool fetches_url_parse(struct arena *a, struct bytes text, struct fetches_url *out);
bool fetches_url_is(const struct fetches_url *url, struct bytes text);
/* Its host, if that is an IPv4 address; port 0. */
bool fetches_url_address(const struct fetches_url *url, struct endpoint *out);
/* A request for this target may be one for the URL: it is its path, or goes on behind it (an OCSP
 * request in a GET, RFC 6960 appendix A.1), or is the whole URL (to a proxy). */
bool fetches_url_path_fits(const struct fetches_url *url, struct bytes target);

#endif
