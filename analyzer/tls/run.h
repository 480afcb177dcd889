/*
 * run.h - what all sessions of a run share: caches of things met again and again.
 * Created by pipeline.c, borrowed by every session. One per thread.
 */
#ifndef ANALYZER_TLS_RUN_H
#define ANALYZER_TLS_RUN_H

#include <stdbool.h>

#include "analyzer/crypto/hash.h"
#include "analyzer/hash.h"

struct certificates;
struct ja4;
struct requests;

struct tls_run {
	struct certificates *certificates;
	struct ja4 *ja4;
	struct requests *requests;
	struct hasher *hasher;
	struct hash_key key;
};

/* False when memory is short; tls_run_finish is safe then, too. */
bool tls_run_init(struct tls_run *r);
void tls_run_finish(struct tls_run *r);

#endif
