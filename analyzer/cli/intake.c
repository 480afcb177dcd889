/*
 * intake.c - takes one input in: known already, no capture, or read through the pipeline.
 * Used by batch.c. A capture's identity is its content; the path, size and times of a file only
 * save the reading (contract, "Identity, repetition, interruption").
 */
#include "analyzer/cli/intake.h"

#include "analyzer/cli/interrupt.h"
#include "analyzer/cli/memory.h"
#include "analyzer/cli/stored_digest.h"
#include "analyzer/crypto/digest.h"
#include "analyzer/input/source.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The secrets of this run that a capture's sessions have a use for. */
struct fitting {
	const struct keys *keys;
	struct keys_digest digest;
};

struct intake {
	struct batch *batch;
	const struct input *input;
	char *abs_path; /* of the file, or a copy of the path as given */
	bool is_file;   /* else a pipe: file is not filled */
	struct store_file file;
	struct source *source;
	struct digest *digest; /* NULL unless --sha256 */
	char sha256[DIGEST_HEX_SIZE];
	struct fitting fitting; /* the secrets that fit */
	struct outcome_sink stored;
};

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

static bool
same_parameters(const struct batch *b, const struct store_capture *c)
{
	const struct store_parameters *p = &c->parameters;

	return p->program != NULL && strcmp(p->program, b->settings.program) == 0 &&
	       strcmp(p->trust != NULL ? p->trust : "", b->settings.trust->digest) == 0 &&
	       same_secrets(b, c);
}

static bool
store_fault(struct batch *b)
{
	batch_set_fault(b, store_error(b->store));
	return false;
}

static void
look_at_file(struct intake *i)
{
	struct identity_stat stat;

	i->is_file = identity_stat(i->input->path, &stat);
	i->abs_path = realpath(i->input->path, NULL);
	if (i->abs_path == NULL)
		i->abs_path = memory_copy(i->input->path);
	if (i->is_file)
		i->file = (struct store_file){.path = i->abs_path,
					      .size = stat.size,
					      .mtime_ns = stat.mtime_ns,
					      .inode = stat.inode,
					      .device = stat.device};
}

/* Captures found for a file that is unchanged. */
struct known {
	struct batch *batch;
	int64_t *ids;
	size_t count, room;
	bool outdated; /* one of them depends on other parameters */
};

static bool
on_known(void *ctx, const struct store_capture *c)
{
	struct known *k = ctx;

	k->ids = memory_grow(k->ids, k->count, &k->room, sizeof(*k->ids));
	k->ids[k->count++] = c->id;
	k->outdated |= !same_parameters(k->batch, c);
	return true;
}

enum step { STEP_ON, STEP_DONE, STEP_FAULT };

/* An unchanged file that was read to its end needs no opening. A named file without a capture in it
 * is opened all the same, to say what it is. */
static enum step
skip_known(struct intake *i)
{
	struct batch *b = i->batch;
	struct known k = {.batch = b};
	enum step step = STEP_ON;
	bool done = false;

	if (b->store == NULL || !i->is_file || b->settings.force || b->settings.verify ||
	    b->settings.sha256)
		return STEP_ON;
	if (!store_find_file(b->store, &i->file, &done, on_known, &k)) {
		store_fault(b);
		step = STEP_FAULT;
	} else if (done && !k.outdated && (k.count > 0 || !i->input->named)) {
		for (size_t n = 0; n < k.count; n++)
			batch_add_id(b, k.ids[n]);
		b->n_skipped += k.count > 0 ? 1 : 0;
		b->n_not_captures += k.count > 0 ? 0 : 1;
		step = STEP_DONE;
	}
	free(k.ids);
	return step;
}

static bool
refuse(struct intake *i, const struct source_why *why)
{
	struct batch *b = i->batch;
	bool other_kind = why->kind == SOURCE_NO_CAPTURE || why->kind == SOURCE_EMPTY;

	if (other_kind && !i->input->named) {
		b->n_not_captures++;
		if (b->store != NULL && i->is_file && !store_file_done(b->store, &i->file))
			return store_fault(b);
		return true;
	}
	batch_add_problem(b, i->input->path, why->text);
	return true;
}

static bool
on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct batch *b = ctx;

	(void)total;
	progress_draw(&b->progress, done);
	b->stopped = interrupt_seen();
	return !b->stopped;
}

/* The stored capture that this content belongs to. */
struct match {
	struct intake *intake;
	int64_t id; /* 0: none */
	bool same_file, same_parameters, proven;
	char stored_sha256[DIGEST_HEX_SIZE]; /* computed here, to be stored; "" if not */
};

/* XXH3 finds, SHA-256 decides. A copy whose twin can't be read any more stays unproven. */
static bool
on_match(void *ctx, const struct store_capture *c)
{
	struct match *m = ctx;
	struct intake *i = m->intake;
	char theirs[DIGEST_HEX_SIZE] = "", ours[DIGEST_HEX_SIZE] = "";
	struct store_capture self = *c;
	bool have_theirs, have_ours = i->sha256[0] != '\0';

	m->same_file = strcmp(c->path, i->abs_path) == 0;
	m->same_parameters = same_parameters(i->batch, c);
	m->id = c->id;
	m->stored_sha256[0] = '\0';
	if (m->same_file) {
		m->proven = true;
		return false;
	}
	have_theirs = c->sha256 != NULL && strlen(c->sha256) + 1 == sizeof(theirs);
	if (have_theirs)
		memcpy(theirs, c->sha256, sizeof(theirs));
	else if ((have_theirs = stored_digest(c, theirs)))
		memcpy(m->stored_sha256, theirs, sizeof(theirs));
	self.path = i->abs_path;
	if (have_ours)
		memcpy(ours, i->sha256, sizeof(ours));
	else if (i->is_file)
		have_ours = stored_digest(&self, ours);
	m->proven = have_theirs && have_ours && strcmp(theirs, ours) == 0;
	if (have_theirs && have_ours && !m->proven)
		m->id = 0; /* a collision: another capture */
	return m->id == 0;
}

static bool
add_copy(struct intake *i, const struct match *m)
{
	struct batch *b = i->batch;
	const struct store_file *file = i->is_file ? &i->file : NULL;

	if (!store_abandon(b->store) ||
	    !store_add_name(b->store, m->id, i->input->path, i->abs_path, file) ||
	    (m->stored_sha256[0] != '\0' && !store_set_sha256(b->store, m->id, m->stored_sha256)) ||
	    (i->sha256[0] != '\0' && !store_set_sha256(b->store, m->id, i->sha256)) ||
	    (file != NULL && !store_file_done(b->store, file)))
		return store_fault(b);
	batch_add_id(b, m->id);
	b->n_copies++;
	return true;
}

static void
describe(const struct intake *i, const struct source_info *info, struct outcome_capture *c)
{
	const struct batch_settings *s = &i->batch->settings;

	*c = (struct outcome_capture){
	    .path = i->input->path,
	    .abs_path = i->abs_path,
	    .sha256 = i->sha256[0] != '\0' ? i->sha256 : NULL,
	    .size = info->identity.size,
	    .mtime_ns = i->is_file ? i->file.mtime_ns : INT64_MIN,
	    .inode = i->file.inode,
	    .device = i->file.device,
	    .format = info->format,
	    .link_types = info->link_types,
	    .packets = info->packets,
	    .first_ns = info->first_ns != 0 ? info->first_ns : INT64_MIN,
	    .last_ns = info->last_ns != 0 ? info->last_ns : INT64_MIN,
	    .problem = source_problem(i->source),
	    .incident = s->incident,
	    .note = s->note,
	};
	memcpy(c->xxh3, info->identity.hash, sizeof(c->xxh3));
}

/* The capture was read to its end: commit it, or find out that it is stored already. */
static bool
settle(struct intake *i)
{
	struct batch *b = i->batch;
	struct match m = {.intake = i};
	char secrets[KEYS_TEXT_SIZE];
	struct outcome_capture capture;
	struct source_info info;
	int64_t id = 0;

	source_info(i->source, &info);
	if (i->digest != NULL && !digest_hex(i->digest, i->sha256))
		i->sha256[0] = '\0';
	if (!store_find_content(b->store, info.identity.size, info.identity.hash, on_match, &m))
		return store_fault(b);
	b->packets += info.packets;
	b->bytes += info.identity.size;
	if (m.id != 0 && m.proven && m.same_parameters && !b->settings.force)
		return add_copy(i, &m);
	describe(i, &info, &capture);
	keys_digest_text(b->settings.keys, &i->fitting.digest, secrets);
	struct store_parameters p = {
	    .program = b->settings.program, .secrets = secrets, .trust = b->settings.trust->digest};
	const struct store_file *file = i->is_file ? &i->file : NULL;
	if (!store_end(b->store, &capture, &p, file, m.id, &id))
		return store_fault(b);
	b->n_read++;
	batch_add_id(b, id);
	if (file != NULL && info.complete && !store_file_done(b->store, file))
		return store_fault(b);
	return true;
}

/* Out of the pipeline without a whole capture. */
static bool
give_up(struct intake *i, enum pipeline_result result)
{
	struct batch *b = i->batch;
	const char *error = pipeline_error(b->pipeline);

	if (result == PIPELINE_FAULT && error == NULL)
		store_fault(b); /* the text of the store's fault goes with the rollback */
	if (!store_abandon(b->store) && b->fault == NULL)
		return store_fault(b);
	if (result == PIPELINE_STOPPED || b->fault != NULL)
		return false;
	batch_add_problem(b, i->input->path, error);
	return true;
}

static bool
on_outcome(void *ctx, const struct outcome *o)
{
	struct intake *i = ctx;

	if (o->client_random != NULL)
		keys_digest_add(i->fitting.keys, &i->fitting.digest, o->client_random);
	return i->stored.emit(i->stored.ctx, o);
}

static bool
on_without_tls(void *ctx, const struct outcome_without_tls *w)
{
	struct intake *i = ctx;

	return i->stored.without_tls(i->stored.ctx, w);
}

static bool
read_source(struct intake *i)
{
	struct batch *b = i->batch;
	struct pipeline_run run = {.source = i->source,
				   .filter = b->settings.filter,
				   .progress = on_progress,
				   .progress_ctx = b};

	if (b->settings.sha256 && (i->digest = digest_create()) != NULL)
		source_tap(i->source, stored_digest_tap, i->digest);
	if (!store_begin(b->store))
		return store_fault(b);
	i->fitting.keys = b->settings.keys;
	i->stored = store_sink(b->store);
	run.sink =
	    (struct outcome_sink){.ctx = i, .emit = on_outcome, .without_tls = on_without_tls};
	enum pipeline_result result = pipeline_run(b->pipeline, &run);
	if (result != PIPELINE_DONE)
		return give_up(i, result);
	bool good = settle(i);
	if (!good)
		store_abandon(b->store);
	return good;
}

static bool
take(struct intake *i)
{
	struct source_why why;
	enum step step = skip_known(i);

	if (step != STEP_ON)
		return step == STEP_DONE;
	i->source = source_open(i->input->path, &why);
	if (i->source == NULL)
		return refuse(i, &why);
	return batch_open_store(i->batch) && read_source(i);
}

bool
intake(struct batch *b, const struct input *in)
{
	struct intake i = {.batch = b, .input = in};

	look_at_file(&i);
	bool good = take(&i);
	source_close(i.source);
	digest_destroy(i.digest);
	free(i.abs_path);
	return good;
}
