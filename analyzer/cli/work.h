/*
 * work.h - the inputs of a run: which are known already, which one is next.
 * Filled by batch.c before anything is read; workers take from it, one at a time under its lock.
 */
#ifndef ANALYZER_CLI_WORK_H
#define ANALYZER_CLI_WORK_H

#include "analyzer/input/identity.h"
#include "analyzer/input/inputs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct batch;

struct work_unit {
	const char *path; /* as given */
	char *abs_path;   /* real; a copy of the path where there is none */
	bool named;
	bool is_file; /* else a pipe */
	bool known;   /* nothing to do */
	/* of an unchanged file that was read to its end: the captures it is or holds */
	bool unchanged, of_part; /* of_part: it is a part of one */
	int64_t *ids;
	size_t n_ids, ids_room;
	/* of the first file of a rotated capture: all of them, itself included, as indexes */
	size_t *parts;
	size_t n_parts;
	bool joined; /* it is another one's part */
	bool over;   /* all that came of it is stored */
	uint64_t size;
};

/* Zero-initialise. */
struct work {
	struct work_unit *units; /* in the order of the inputs */
	size_t count;
	size_t *order; /* in which they are read: indexes of units */
	size_t n_order, next;
	size_t over; /* all units before this one are over */
	uint64_t bytes;
};

/* Everything named twice is there once. Paths borrow from `in`. */
void work_fill(struct work *w, const struct inputs *in);
/* Finds the files that are parts of one capture (rotation.h). */
void work_join(struct work *w);
/* How many there are to read. */
size_t work_left(const struct work *w);
/* Decides what is read in which order: with several jobs what is much larger than its share comes
 * first, or the others would wait for it in the end. */
void work_arrange(struct work *w, size_t jobs);
/* Index of the next unit to read; false: there is none. */
bool work_take(struct work *w, size_t *unit);
/* The unit is over. */
void work_over(struct work *w, size_t unit);
void work_finish(struct work *w);

#endif
