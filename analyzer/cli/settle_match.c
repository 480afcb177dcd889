/*
 * settle_match.c - is a capture stored already? See settle.h.
 */
#include "analyzer/cli/settle.h"
#include "analyzer/cli/stored_digest.h"

#include <string.h>

/* The secrets of this run that a capture's sessions have a use for. */
struct fitting {
	const struct batch *batch;
	struct keys_digest digest;
};

static bool
on_random(void *ctx, const uint8_t random[32])
{
	struct fitting *f = ctx;

	keys_digest_add(f->batch->settings.keys, f->batch->hasher, &f->digest, random);
	return true;
}

/* A run that has no secret for a capture changes nothing about it: what others opened stays. */
static bool
same_secrets(const struct batch *b, const struct store_capture *c)
{
	const struct keys *keys = b->settings.keys;
	struct fitting f = {.batch = b};
	char text[KEYS_TEXT_SIZE];

	if (keys == NULL || (keys->secrets == NULL && keys->n_rsa_keys == 0))
		return true;
	if (!store_each_random(b->store, c->id, on_random, &f))
		return false;
	keys_digest_text(keys, b->hasher, &f.digest, text);
	return text[0] == '\0' ||
	       (c->parameters.secrets != NULL && strcmp(text, c->parameters.secrets) == 0);
}

bool
settle_match_parameters(const struct batch *b, const struct store_capture *c)
{
	const struct store_parameters *p = &c->parameters;

	return p->program != NULL && strcmp(p->program, b->settings.program) == 0 &&
	       strcmp(p->trust != NULL ? p->trust : "", b->settings.trust->digest) == 0 &&
	       same_secrets(b, c);
}

/* XXH3 finds, SHA-256 decides. A copy whose twin can't be read any more stays unproven. */
bool
settle_match_each(void *ctx, const struct store_capture *c)
{
	struct settle_match *m = ctx;
	struct delivery *d = m->delivery;
	const struct opening_settings settings = {.keys = m->batch->settings.passphrases};
	char theirs[DIGEST_HEX_SIZE] = "", ours[DIGEST_HEX_SIZE] = "";
	struct store_capture self = *c;
	bool have_theirs, have_ours = d->sha256[0] != '\0';

	m->same_parameters = settle_match_parameters(m->batch, c);
	m->id = c->id;
	m->stored_sha256[0] = '\0';
	m->proven = strcmp(c->path, d->abs_path) == 0;
	if (m->proven)
		return false;
	have_theirs = c->sha256 != NULL && strlen(c->sha256) + 1 == sizeof(theirs);
	if (have_theirs)
		memcpy(theirs, c->sha256, sizeof(theirs));
	else if ((have_theirs = stored_digest(c, &settings, theirs)))
		memcpy(m->stored_sha256, theirs, sizeof(theirs));
	self.path = d->abs_path;
	if (have_ours)
		memcpy(ours, d->sha256, sizeof(ours));
	else if (d->is_file)
		have_ours = stored_digest(&self, &settings, ours);
	m->proven = have_theirs && have_ours && strcmp(theirs, ours) == 0;
	if (have_theirs && have_ours && !m->proven)
		m->id = 0; /* a collision: another capture */
	return m->id == 0;
}
