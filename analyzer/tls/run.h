/*
 * run.h - what all sessions of a run share: caches of things met again and again, and secrets.
 * Created by pipeline.c, borrowed by every session. One per thread.
 */
#ifndef ANALYZER_TLS_RUN_H
#define ANALYZER_TLS_RUN_H

#include <stdbool.h>

#include "analyzer/blocks.h"
#include "analyzer/crypto/crypto.h"
#include "analyzer/crypto/hash.h"
#include "analyzer/hash.h"
#include "analyzer/memo.h"
#include "analyzer/packet/pool.h"
#include "analyzer/tls/fetches.h"
#include "analyzer/tls/ports.h"
#include "analyzer/tls/secrets.h"
#include "analyzer/tls/trace.h"

struct certificates;
struct chain_trust;
struct ja4;
struct requests;
struct rsa_key;
struct sign_cache;

struct tls_run {
	struct certificates *certificates;
	struct ja4 *ja4;
	struct requests *requests;
	struct hasher *hasher;
	struct hash_key key;
	struct crypto *crypto;
	struct sign_cache *signatures;
	struct memo findings;   /* which rules fit: verdict/findings.c */
	struct tls_ports ports; /* of the capture in hand */
	struct fetches fetches; /* likewise */
	/* secrets; all of it may be absent */
	const struct secrets *given; /* on the command line; borrowed, may be shared */
	struct rsa_key *const *rsa_keys;
	size_t n_rsa_keys;
	struct secrets *embedded;        /* in the capture in hand; owned */
	bool secrets_may_come;           /* the capture may hold more behind what was read so far */
	uint64_t secrets_news;           /* counts additions to `embedded` */
	const struct chain_trust *trust; /* --ca and --crl; borrowed, may be shared; NULL */
	bool verify_all;                 /* check every proof, also of accepted attempts */
	/* memory of the sessions in hand, see transcript.h and decrypt.h */
	struct blocks blocks;
	struct pool streams;  /* struct tls_stream */
	struct pool searches; /* struct search_kept */
	size_t transcript_bytes, held_bytes;
	struct step no_room; /* written where memory is short, see session.h */
	uint8_t *buffer;     /* what was opened last */
};

/* False when memory is short; tls_run_finish is safe then, too. */
bool tls_run_init(struct tls_run *r);
void tls_run_finish(struct tls_run *r);

/* Another capture begins: its secrets, server ports and fetches are not those of the last. */
void tls_run_next_capture(struct tls_run *r, bool secrets_may_come);
/* Key log text that stood in the capture. False when memory is short. */
bool tls_run_add_secrets(struct tls_run *r, struct bytes text);

/* Empty when there is none. */
struct bytes tls_run_secret(const struct tls_run *r, enum keylog_label label, struct bytes id);
bool tls_run_knows(const struct tls_run *r, const uint8_t random[KEYLOG_ID_MAX]);
/* Are there secrets that no client random finds? */
bool tls_run_has_rsa(const struct tls_run *r);
/* Could anything be opened at all? */
bool tls_run_decrypts(const struct tls_run *r);
/* Room for one opened record; NULL when memory is short. */
uint8_t *tls_run_buffer(struct tls_run *r);

#endif
