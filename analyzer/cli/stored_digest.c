/*
 * stored_digest.c - see stored_digest.h.
 */
#include "analyzer/cli/stored_digest.h"

#include <string.h>

void
stored_digest_tap(void *digest, struct bytes bytes)
{
	digest_feed(digest, bytes);
}

bool
stored_digest(const struct store_capture *c, const struct opening_settings *settings,
	      char out[static DIGEST_HEX_SIZE])
{
	struct source *source = NULL;
	struct source_info info;
	struct packet packet;
	struct secret secret;
	struct digest *digest = digest_create();
	struct opening *o = digest != NULL ? opening_find(c->path, settings, &source) : NULL;
	bool good = false;

	if (o != NULL) {
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
	opening_destroy(o);
	digest_destroy(digest);
	return good;
}
