/*
 * batch.h - reads a list of inputs into the database, one transaction per capture.
 * Between cmd_analyze.c and the pipeline with the store. Prints nothing but progress: problems are
 * kept for the end, after the result.
 *
 *   work.c      the list of inputs: what is known already, what is next
 *   intake.c    one input through a worker's pipeline
 *   delivery.c  what came of it waits for its turn, in the order of the list
 *   settle.c    ... and becomes rows: there is one database, and one thread at a time has it
 *
 * With one job there is no waiting: outcomes go straight into the store.
 */
#ifndef ANALYZER_CLI_BATCH_H
#define ANALYZER_CLI_BATCH_H

#include "analyzer/cli/keys.h"
#include "analyzer/cli/progress.h"
#include "analyzer/cli/server_ports.h"
#include "analyzer/cli/trust.h"
#include "analyzer/cli/work.h"
#include "analyzer/input/inputs.h"
#include "analyzer/input/opening.h"
#include "analyzer/pipeline.h"
#include "db/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BATCH_JOBS_MAX = 256, BATCH_OTHERS_SHOWN = 8 };

struct batch_settings {
	const char *database;
	const char *incident, *note; /* NULL without */
	const char *incidents;       /* folder of folders that name incidents, absolute; NULL */
	const char *program;         /* version, and the filter: what results depend on */
	const char *filter;          /* NULL: all packets */
	const struct keys *keys;     /* NULL without */
	const struct trust *trust;
	const struct server_ports *ports;
	struct archive_keys passphrases; /* of encrypted archives */
	bool force, verify, sha256, labels, rotation;
	unsigned jobs;
	uint64_t memory; /* what jobs may hold together; 0: the default */
};

struct batch_problem {
	char *path, *text;
};

struct batch;

/* What one thread has for itself. */
struct batch_worker {
	struct batch *batch;
	pthread_t thread;
	struct pipeline *pipeline;
	struct capture_filter *filter; /* NULL: all packets */
	struct hasher *hasher;
	/* for the progress line */
	_Atomic(const char *) name; /* of the capture in hand; NULL none */
	_Atomic uint64_t in_hand;   /* bytes of it that are read */
};

struct delivery;

struct batch {
	struct batch_settings settings;
	struct progress progress; /* its numbers change under the lock */
	struct hasher *hasher;
	struct work work;
	struct batch_worker *workers;
	size_t n_workers, n_running;
	char *folder;            /* of the database */
	size_t outbox_max;       /* bytes of memory for one capture's outcomes */
	size_t waiting_max;      /* ... and for those that wait for their turn */
	_Atomic uint64_t failed; /* sessions */

	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t changed;
	struct delivery *waiting; /* in the order of their inputs */
	size_t n_waiting, waiting_bytes;
	bool settling;       /* a thread has the store */
	bool told;           /* that the captures in hand are finished */
	_Atomic bool ending; /* a fault: nothing more is read */
	_Atomic bool cut;    /* SIGINT came inside an archive */

	/* what has the store writes these, and reads them */
	struct store *store; /* NULL until there is something to store */
	int64_t *ids;        /* captures that this run read, found again, or found to be copies */
	size_t n_ids, ids_room;
	struct batch_problem *problems; /* of inputs without a row in `captures` */
	size_t n_problems, problems_room;
	uint64_t n_read, n_skipped, n_copies, n_not_captures;
	char *others[BATCH_OTHERS_SHOWN]; /* the first of the files that are no captures */
	uint64_t packets, bytes;          /* of what was read */
	char *fault;  /* why the run ended early; begins with the object. NULL */
	bool stopped; /* SIGINT, and not all was done */
};

/* Zero-initialises b. False: out of memory. */
bool batch_init(struct batch *b, const struct batch_settings *settings, struct term *err,
		bool progress);
/* Whatever happens to one input, the others are read. Closes the database. */
void batch_run(struct batch *b, const struct inputs *in);
void batch_finish(struct batch *b);

/* Of all workers. */
struct pipeline_stats batch_stats(const struct batch *b);
/* One line when the filter left packets out for what they are, or NULL. */
const char *batch_filter_problem(const struct batch *b);

/* For the files above; whoever calls has the store. */
void batch_add_problem(struct batch *b, const char *path, const char *text);
/* A file found in a directory or an archive that is no capture. */
void batch_add_other(struct batch *b, const char *path);
void batch_add_id(struct batch *b, int64_t id);
/* The first one stays. */
void batch_set_fault(struct batch *b, const char *text);
bool batch_store_fault(struct batch *b);
/* Opens the database when it is not open yet; false: the fault is set. */
bool batch_open_store(struct batch *b);

/* Signals and the progress line: called now and then by the main thread. */
void batch_tick(struct batch *b);
/* With one job outcomes go straight into the store. */
bool batch_is_direct(const struct batch *b);

#endif
