/*
 * intake_match.c - is a capture stored already?
 * Used by intake.c before a file is opened, by intake_capture.c after one was read.
 */
#include "analyzer/cli/intake_impl.h"
#include "analyzer/cli/stored_digest.h"

#include <string.h>

static bool
on_random(void *ctx, const uint8_t random[32])
{
	struct fitting *f = ctx;

	keys_digest_add(f->keys, &f->digest, random);
	return true;
}

/* A run that has no secret for a capture changes nothing about it: what others opened stays. */
static bool
same_secrets(const struct batch *b, const struct store_capture *c)
{
	struct fitting f = {.keys = b->settings.keys};
	char text[KEYS_TEXT_SIZE];

	if (f.keys == NULL || (f.keys->secrets == NULL && f.keys->n_rsa_keys == 0))
		return true;
	if (!store_each_random(b->store, c->id, on_random, &f))
		return false;
	keys_digest_text(f.keys, &f.digest, text);
	return text[0] == '\0' ||
	       (c->parameters.secrets != NULL && strcmp(text, c->parameters.secrets) == 0);
}

bool
match_parameters(const struct batch *b, const struct store_capture *c)
{
	const struct store_parameters *p = &c->parameters;

	return p->program != NULL && strcmp(p->program, b->settings.program) == 0 &&
	       strcmp(p->trust != NULL ? p->trust : "", b->settings.trust->digest) == 0 &&
	       same_secrets(b, c);
}

/* XXH3 finds, SHA-256 decides. A copy whose twin can't be read any more stays unproven. */
bool
match_each(void *ctx, const struct store_capture *c)
{
	struct match *m = ctx;
	struct intake_capture *i = m->capture;
	const struct opening_settings *settings = &i->intake->settings;
	char theirs[DIGEST_HEX_SIZE] = "", ours[DIGEST_HEX_SIZE] = "";
	struct store_capture self = *c;
	bool have_theirs, have_ours = i->sha256[0] != '\0';

	m->same_file = strcmp(c->path, i->abs_path) == 0;
	m->same_parameters = match_parameters(i->intake->batch, c);
	m->id = c->id;
	m->stored_sha256[0] = '\0';
	if (m->same_file) {
		m->proven = true;
		return false;
	}
	have_theirs = c->sha256 != NULL && strlen(c->sha256) + 1 == sizeof(theirs);
	if (have_theirs)
		memcpy(theirs, c->sha256, sizeof(theirs));
	else if ((have_theirs = stored_digest(c, settings, theirs)))
		memcpy(m->stored_sha256, theirs, sizeof(theirs));
	self.path = i->abs_path;
	if (have_ours)
		memcpy(ours, i->sha256, sizeof(ours));
	else if (i->intake->is_file)
		have_ours = stored_digest(&self, settings, ours);
	m->proven = have_theirs && have_ours && strcmp(theirs, ours) == 0;
	if (have_theirs && have_ours && !m->proven)
		m->id = 0; /* a collision: another capture */
	return m->id == 0;
}
