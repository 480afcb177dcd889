/*
 * outbox.h - a capture's outcomes until the database takes them: in memory, then in a file.
 * Between a pipeline (emits) and settle.c (has them emitted again into the store). The file has no
 * name: whatever happens, nothing of it stays.
 */
#ifndef ANALYZER_CLI_OUTBOX_H
#define ANALYZER_CLI_OUTBOX_H

#include "analyzer/outcome.h"

enum { OUTBOX_ERROR_MAX = 512 };

struct outbox;

/* More than `limit` bytes go to a file in `folder`. NULL: out of memory. Takes NULL. */
struct outbox *outbox_create(const char *folder, size_t limit);
void outbox_destroy(struct outbox *b);

/* Emits into it. False: outbox_error. */
struct outcome_sink outbox_sink(struct outbox *b);
/* Nothing more comes; no more memory is held than what is in it. */
void outbox_seal(struct outbox *b);
/* All outcomes in their order, once. False: outbox_error, or `to` said so (*refused). */
bool outbox_replay(struct outbox *b, const struct outcome_sink *to, bool *refused);

/* Bytes of memory it holds now. */
size_t outbox_memory(const struct outbox *b);
/* One line that begins with the folder. */
const char *outbox_error(const struct outbox *b);

#endif
