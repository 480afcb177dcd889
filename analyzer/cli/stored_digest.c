/*
 * stored_digest.c - see stored_digest.h.
 */
#include "analyzer/cli/stored_digest.h"

#include "analyzer/input/source.h"

#include <string.h>

void
stored_digest_tap(void *digest, struct bytes bytes)
{
	digest_feed(digest, bytes);
}

bool
stored_digest(const struct store_capture *c, char out[static DIGEST_HEX_SIZE])
{
	struct source_why why;
	struct source_info info;
	struct packet packet;
	struct secret secret;
	struct digest *digest = digest_create();
	struct source *source = digest != NULL ? source_open(c->path, &why) : NULL;
	bool good = false;

	if (source != NULL) {
		enum source_event event;
		source_tap(source, stored_digest_tap, digest);
		while ((event = source_next(source, &packet, &secret)) != SOURCE_END &&
		       event != SOURCE_FAULT)
			;
		source_info(source, &info);
		good = info.complete && info.identity.size == c->size &&
		       memcmp(info.identity.hash, c->xxh3, sizeof(c->xxh3)) == 0 &&
		       digest_hex(digest, out);
	}
	source_close(source);
	digest_destroy(digest);
	return good;
}
