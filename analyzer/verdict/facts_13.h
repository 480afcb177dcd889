/*
 * facts_13.h - facts of TLS 1.3 that need decrypted messages. Part of facts.c.
 * Without secrets everything here is unknown. RFC 8446 sections 2 and 4.4.
 */
#ifndef ANALYZER_VERDICT_FACTS_13_H
#define ANALYZER_VERDICT_FACTS_13_H

#include "analyzer/verdict/facts.h"

/* Everything that this side sent between two stream offsets was captured and could be read. */
bool facts_13_readable(const struct mutual_auth *m, enum tls_side side, uint64_t from, uint64_t to);

struct fact facts_13_requested(const struct mutual_auth *m, const struct attempt *a);
/* The client's Finished was sent; the server took it, and went on. */
struct fact facts_13_finished(const struct mutual_auth *m, const struct attempt *a,
			      const struct facts *f, enum tls_side side);

/* The server's first word, not an alert, of which is known that it followed the client's Finished.
 */
const struct step *facts_13_reaction(const struct mutual_auth *m, const struct attempt *a);

#endif
