/*
 * stored_digest.h - SHA-256 of captures, to tell copies from collisions of XXH3.
 * Used by intake.c.
 */
#ifndef ANALYZER_CLI_STORED_DIGEST_H
#define ANALYZER_CLI_STORED_DIGEST_H

#include "analyzer/crypto/digest.h"
#include "db/store.h"
#include "dissectors/wire/bytes.h"

#include <stdbool.h>

/* For source_tap: digest is a struct digest. */
void stored_digest_tap(void *digest, struct bytes bytes);
/* SHA-256 of a stored capture's file, if that still is what was stored. */
bool stored_digest(const struct store_capture *c, char out[static DIGEST_HEX_SIZE]);

#endif
