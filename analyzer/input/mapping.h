/*
 * mapping.h - a capture file in memory, where its bytes can be looked at without being copied.
 * Below reader.c, which falls back on read(2) where a mapping is not to be had or ends.
 *
 * Bytes that were looked at once are looked at again, and must not change meanwhile: a mapping
 * exists only while the kernel promises that nobody writes to the file (lease.h), on local file
 * systems. Should the promise be broken after all, or a page be lost, the mapping is broken: what
 * was seen in it may have been zeros.
 */
#ifndef ANALYZER_INPUT_MAPPING_H
#define ANALYZER_INPUT_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping;

/* fd is open for reading only and stays open; the file has `size` bytes. NULL: not to be had, or
 * the file is so small that reading it costs less. */
struct mapping *mapping_create(int fd, uint64_t size);
/* False: something that was seen in it may not have been the file's. NULL: true. */
bool mapping_destroy(struct mapping *m);

/* The first byte of the file. What may be looked at is told by mapping_more. */
const uint8_t *mapping_data(const struct mapping *m);
/* How many bytes behind the first `end` may be looked at as well, while those before `start` are
 * given up. 0: none, as the file ends here, somebody waits to write to it, or it cannot be read. */
size_t mapping_more(struct mapping *m, size_t start, size_t end);
/* Did a page get lost under the reader? A broken promise is told by mapping_destroy alone. */
bool mapping_broken(const struct mapping *m);

#endif
