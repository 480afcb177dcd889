/*
 * pcapng_walk.h - look ahead in a seekable pcapng file for its secrets.
 * Beside capture_pcapng.c, which reads the same file in order: keys may stand behind the packets
 * they open (tools that write them as they learn them do that).
 */
#ifndef ANALYZER_INPUT_PCAPNG_WALK_H
#define ANALYZER_INPUT_PCAPNG_WALK_H

#include "analyzer/input/reader.h"
#include "analyzer/input/source.h"

/* Walk the block headers from the start and hand every Decryption Secrets Block to fn. Stops at the
 * first block that is not sound, *until is where. False: the input cannot seek, nothing was done.
 */
bool pcapng_walk_secrets(const struct reader *r, source_secret_fn fn, void *ctx, uint64_t *until);

#endif
