/*
 * trust.h - the files and directories of --ca and --crl as a set of CAs and CRLs.
 * Between cmd_analyze.c and crypto/chain.h.
 */
#ifndef ANALYZER_CLI_TRUST_H
#define ANALYZER_CLI_TRUST_H

#include "analyzer/cli/options.h"
#include "analyzer/cli/str.h"
#include "analyzer/crypto/chain.h"

struct trust {
	struct chain_trust *set; /* NULL without --ca and --crl */
	char digest[CHAIN_DIGEST_SIZE];
};

/* False: `wrong` says what cannot be used, beginning with its path. */
bool trust_load(struct trust *t, const struct options *o, struct str *wrong);
void trust_finish(struct trust *t); /* takes a zeroed one */

#endif
