/*
 * delivery.h - what came of one input, on its way into the database.
 * Between intake.c (fills it) and settle.c. Deliveries are settled in the order of the inputs, so
 * that ids and messages are the same whatever the number of jobs; only where too much would have to
 * wait for a slow one, they go ahead of it.
 */
#ifndef ANALYZER_CLI_DELIVERY_H
#define ANALYZER_CLI_DELIVERY_H

#include "analyzer/cli/batch.h"
#include "analyzer/cli/keys.h"
#include "analyzer/cli/outbox.h"
#include "analyzer/crypto/digest.h"
#include "analyzer/input/source.h"

enum delivery_kind {
	DELIVERY_CAPTURE,
	DELIVERY_NO_CAPTURE, /* found in a directory: counted */
	DELIVERY_PROBLEM,
	DELIVERY_NOTHING, /* it was given up: the run ends */
};

/* A file of a rotated capture. */
struct delivery_part {
	const char *path; /* the unit's, like that of the file */
	struct store_file file;
	struct identity identity;
	uint64_t first_frame;
};

struct delivery {
	enum delivery_kind kind;
	size_t unit; /* in work.units */
	bool last;   /* nothing more comes of the unit */
	bool whole;  /* ... and all of it was read: it need not be opened again */
	char *path, *abs_path;
	char *problem; /* DELIVERY_PROBLEM: why; DELIVERY_CAPTURE: what is wrong with it, or NULL */
	bool is_file;  /* else `file` is not filled */
	struct store_file file; /* its path is the unit's */

	/* of a capture */
	struct outbox *outbox; /* NULL: everything is in the store's open transaction */
	struct source_info info;
	char sha256[DIGEST_HEX_SIZE]; /* "" when it was not wanted */
	struct keys_digest fitting;   /* the secrets that fit */
	uint64_t sessions, failed;
	struct delivery_part *parts; /* NULL: it is one file */
	size_t n_parts;

	struct delivery *next;
};

/* Of a unit; path: its own, or one that begins with it. DELIVERY_NOTHING. */
struct delivery *delivery_create(const struct work_unit *u, size_t unit, const char *path);
void delivery_destroy(struct delivery *d); /* takes NULL */

/* The database is opened before anything is read, to be sure that it can be. False: the fault is
 * set. */
bool delivery_open_store(struct batch *b);
/* Settles it now or has it wait; takes it in any case. May settle others, too. */
void delivery_hand_over(struct batch *b, struct delivery *d);
/* Everybody is done: what still waits goes, unless the run ended by a fault. */
void delivery_settle_rest(struct batch *b);

#endif
