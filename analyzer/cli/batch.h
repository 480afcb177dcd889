/*
 * batch.h - reads a list of inputs into the database, one transaction per capture.
 * Between cmd_analyze.c and the pipeline with the store; intake.c does one input. Prints nothing:
 * problems are kept for the end, after the result.
 */
#ifndef ANALYZER_CLI_BATCH_H
#define ANALYZER_CLI_BATCH_H

#include "analyzer/cli/keys.h"
#include "analyzer/cli/progress.h"
#include "analyzer/cli/server_ports.h"
#include "analyzer/cli/trust.h"
#include "analyzer/input/inputs.h"
#include "analyzer/input/opening.h"
#include "analyzer/pipeline.h"
#include "db/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct batch_settings {
	const char *database;
	const char *incident, *note; /* NULL without */
	const char *program;         /* version, and the filter: what results depend on */
	struct capture_filter *filter;
	const struct keys *keys; /* NULL without */
	const struct trust *trust;
	const struct server_ports *ports;
	struct archive_keys passphrases; /* of encrypted archives */
	bool force, verify, sha256, labels;
};

enum { BATCH_OTHERS_SHOWN = 8 };

struct batch_problem {
	char *path, *text;
};

struct batch {
	struct batch_settings settings;
	struct progress progress;
	struct store *store; /* NULL until there is something to store */
	struct pipeline *pipeline;
	int64_t *ids; /* captures that this run read, found again, or found to be copies */
	size_t n_ids, ids_room;
	struct batch_problem *problems; /* of inputs without a row in `captures` */
	size_t n_problems, problems_room;
	uint64_t n_read, n_skipped, n_copies, n_not_captures;
	char *others[BATCH_OTHERS_SHOWN]; /* the first of the files that are no captures */
	uint64_t packets, bytes;          /* of what was read */
	char *fault;  /* why the run ended early; begins with the object. NULL */
	bool stopped; /* SIGINT */
};

/* Zero-initialises b. False: out of memory. */
bool batch_init(struct batch *b, const struct batch_settings *settings, struct term *err,
		bool progress);
/* Whatever happens to one input, the others are read. Closes the database. */
void batch_run(struct batch *b, const struct inputs *in);
void batch_finish(struct batch *b);

/* For intake.c. */
void batch_add_problem(struct batch *b, const char *path, const char *text);
/* A file found in a directory or an archive that is no capture. */
void batch_add_other(struct batch *b, const char *path);
void batch_add_id(struct batch *b, int64_t id);
void batch_set_fault(struct batch *b, const char *text);
/* Opens the database when it is not open yet; false: the fault is set. */
bool batch_open_store(struct batch *b);

#endif
