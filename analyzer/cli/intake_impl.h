/*
 * intake_impl.h - what the files of intake share.
 * intake.c takes a path, intake_capture.c one capture of it, intake_match.c tells whether it is
 * stored already.
 */
#ifndef ANALYZER_CLI_INTAKE_IMPL_H
#define ANALYZER_CLI_INTAKE_IMPL_H

#include "analyzer/cli/intake.h"
#include "analyzer/crypto/digest.h"
#include "analyzer/input/opening.h"

/* The secrets of this run that a capture's sessions have a use for. */
struct fitting {
	const struct keys *keys;
	struct keys_digest digest;
};

/* One path of the command line, or of a directory. */
struct intake {
	struct batch *batch;
	const struct input *input;
	char *abs_path; /* of the file, or a copy of the path as given */
	bool is_file;   /* else a pipe: file is not filled */
	struct store_file file;
	struct opening_settings settings;
	struct opening *opening;
	bool whole; /* all of it was read, or is no capture */
};

/* One capture of it. */
struct intake_capture {
	struct intake *intake;
	const struct opening_item *item;
	char *abs_path;
	struct digest *digest; /* NULL when SHA-256 is not wanted */
	char sha256[DIGEST_HEX_SIZE];
	struct fitting fitting; /* the secrets that fit */
	struct outcome_sink stored;
};

/* The stored capture that this content belongs to. */
struct match {
	struct intake_capture *capture;
	int64_t id; /* 0: none */
	bool same_file, same_parameters, proven;
	char stored_sha256[DIGEST_HEX_SIZE]; /* computed here, to be stored; "" if not */
};

/* Sets the fault; always false. */
bool intake_store_fault(struct batch *b);
/* The next of o; false: the run must end. */
bool intake_capture(struct intake *i, const struct opening_item *item);

/* Nothing that a stored capture's rows depend on has changed. */
bool match_parameters(const struct batch *b, const struct store_capture *c);
/* A store_capture_each over a struct match. */
bool match_each(void *match, const struct store_capture *c);

#endif
