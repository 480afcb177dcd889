/*
 * source_set.h - several files read as one capture: the parts that a ring buffer left.
 * Behind source.h, whose functions come here for a source of several parts. Frames, interfaces and
 * the content's identity go on from part to part as if they were one file; one part is open at a
 * time, and it may be compressed.
 */
#ifndef ANALYZER_INPUT_SOURCE_SET_H
#define ANALYZER_INPUT_SOURCE_SET_H

#include "analyzer/input/opening.h"
#include "analyzer/input/problem.h"
#include "analyzer/input/source.h"

enum { SOURCE_SET_INTERFACES_MAX = 1024 }; /* distinct ones; further ones share the last */

struct source_set;

/* Borrows the paths. Opens the first part; NULL with *why. */
struct source_set *source_set_create(const char *const *paths, size_t count,
				     struct source_why *why);
void source_set_destroy(struct source_set *s);

/* What source.h says of the functions with these names. */
void source_set_tap(struct source_set *s, reader_tap_fn fn, void *ctx);
enum source_event source_set_next(struct source_set *s, struct packet *packet,
				  struct secret *secret);
size_t source_set_batch(struct source_set *s, struct packet *out, size_t max);
bool source_set_secrets_first(struct source_set *s, source_secret_fn fn, void *ctx);
const char *source_set_problem(struct source_set *s);
bool source_set_interface(const struct source_set *s, uint32_t index, struct source_interface *out);
void source_set_info(const struct source_set *s, struct source_info *out);
void source_set_progress(const struct source_set *s, uint64_t *done, uint64_t *total);
size_t source_set_parts(const struct source_set *s, const struct source_part **parts);

#endif
