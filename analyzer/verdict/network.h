/*
 * network.h - what the network around a session shows: what its server fetched to check the
 * client's certificate, and segments that the path swallowed.
 * Used by conditions.c, findings.c (frames, words) and reaction.c.
 */
#ifndef ANALYZER_VERDICT_NETWORK_H
#define ANALYZER_VERDICT_NETWORK_H

#include "analyzer/tls/fetches.h"
#include "analyzer/tls/session.h"

enum {
	NETWORK_LARGE = 1000, /* bytes of a segment that a path for smaller packets may swallow */
	NETWORK_AGAIN = 3,    /* sent this often once more, it was not lost by accident */
};

enum network_hole {
	NETWORK_HOLE_NONE,
	NETWORK_HOLE_MAYBE, /* the other side lives, but nothing shows that smaller segments arrived
			     */
	NETWORK_HOLE,
};

struct network {
	struct fetches_found ocsp, crl;
	enum network_hole hole;
	enum tls_side hole_sender;
};

/* Fetches of the server for the chain (NULL: none) in [from, to]. */
void network_look(struct network *n, const struct tls_session *s, const struct chain_detail *chain,
		  int64_t from, int64_t to);
/* The step was sent, again and again, and never acknowledged: what came after it answers something
 * else. */
bool network_swallowed(const struct tls_session *s, const struct step *step);

/* "looked up ocsp.example in frame 9, and there is no such name (NXDOMAIN)"; of found.failed. */
const char *network_fetch_words(struct tls_session *s, const struct fetches_found *found);
/* "The client's 1448 bytes from offset 518 on were sent 5 more times (frames 12 to 20)"; "" without
 * a hole. */
const char *network_hole_words(struct tls_session *s, const struct network *n);

#endif
