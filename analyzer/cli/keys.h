/*
 * keys.h - --keylog and --rsa-key: read once for a run, and which of them fit a capture.
 * Between cmd_analyze.c (owns them), batch.c (gives them to the pipeline) and intake.c (asks
 * whether a stored capture was read with the same). Secrets are wiped at the end; nothing here
 * prints one.
 */
#ifndef ANALYZER_CLI_KEYS_H
#define ANALYZER_CLI_KEYS_H

#include "analyzer/cli/command.h"
#include "analyzer/crypto/hash.h"
#include "analyzer/pipeline.h"
#include "analyzer/tls/secrets.h"

enum { KEYS_TEXT_SIZE = 2 * HASH_SHA256_LEN + 1 };

struct keys {
	struct secrets *secrets; /* NULL: no key log was given */
	struct rsa_key **rsa_keys;
	size_t n_rsa_keys, rsa_room;
	bool verify_all;
};

/* False: something could not be read; it was said. k is zeroed first. */
bool keys_load(struct keys *k, struct command_io *io, const struct options *o);
void keys_finish(struct keys *k);
struct pipeline_secrets keys_pipeline(const struct keys *k);

/* Which secrets fit a capture: a digest over those of its client randoms, in any order. */
struct keys_digest {
	uint64_t sum[HASH_SHA256_LEN / sizeof(uint64_t)];
	bool any;
};

/* Zero-initialised is ready. keys may be NULL; the hasher is the calling thread's. */
void keys_digest_add(const struct keys *k, struct hasher *h, struct keys_digest *d,
		     const uint8_t random[32]);
/* Hex; "" when no secret fits. */
void keys_digest_text(const struct keys *k, struct hasher *h, const struct keys_digest *d,
		      char out[KEYS_TEXT_SIZE]);

#endif
