/*
 * stored_digest.h - SHA-256 of captures, to tell copies from collisions of XXH3.
 * Used by intake_capture.c and settle_match.c.
 */
#ifndef ANALYZER_CLI_STORED_DIGEST_H
#define ANALYZER_CLI_STORED_DIGEST_H

#include "analyzer/crypto/digest.h"
#include "analyzer/input/opening.h"
#include "db/store.h"
#include "dissectors/wire/bytes.h"

#include <stdbool.h>

/* For source_tap: digest is a struct digest. */
void stored_digest_tap(void *digest, struct bytes bytes);
/* SHA-256 of a stored capture, if what stands at its path (a file, or a member of an archive) still
 * is what was stored. */
bool stored_digest(const struct store_capture *c, const struct opening_settings *settings,
		   char out[static DIGEST_HEX_SIZE]);

#endif
