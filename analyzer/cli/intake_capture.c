/*
 * intake_capture.c - one capture through the pipeline into the store.
 * Called by intake.c for each one that an input holds. A capture's identity is its content.
 */
#include "analyzer/cli/intake_impl.h"

#include "analyzer/cli/interrupt.h"
#include "analyzer/cli/memory.h"
#include "analyzer/cli/stored_digest.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
add_copy(struct intake_capture *i, const struct match *m)
{
	struct batch *b = i->intake->batch;
	const struct store_file *file = i->intake->is_file ? &i->intake->file : NULL;

	if (!store_abandon(b->store) ||
	    !store_add_name(b->store, m->id, i->item->path, i->abs_path, file) ||
	    (m->stored_sha256[0] != '\0' && !store_set_sha256(b->store, m->id, m->stored_sha256)) ||
	    (i->sha256[0] != '\0' && !store_set_sha256(b->store, m->id, i->sha256)))
		return intake_store_fault(b);
	batch_add_id(b, m->id);
	b->n_copies++;
	return true;
}

static void
describe(const struct intake_capture *i, const struct source_info *info, struct outcome_capture *c)
{
	const struct intake *file = i->intake;
	const struct batch_settings *s = &file->batch->settings;

	*c = (struct outcome_capture){
	    .path = i->item->path,
	    .abs_path = i->abs_path,
	    .sha256 = i->sha256[0] != '\0' ? i->sha256 : NULL,
	    .size = info->identity.size,
	    .mtime_ns = file->is_file ? file->file.mtime_ns : INT64_MIN,
	    .inode = file->file.inode,
	    .device = file->file.device,
	    .format = info->format,
	    .link_types = info->link_types,
	    .packets = info->packets,
	    .first_ns = info->first_ns != 0 ? info->first_ns : INT64_MIN,
	    .last_ns = info->last_ns != 0 ? info->last_ns : INT64_MIN,
	    .problem = source_problem(i->item->source),
	    .incident = s->incident,
	    .note = s->note,
	};
	memcpy(c->xxh3, info->identity.hash, sizeof(c->xxh3));
}

/* The capture was read to its end: commit it, or find out that it is stored already. */
static bool
settle(struct intake_capture *i)
{
	struct batch *b = i->intake->batch;
	struct match m = {.capture = i};
	char secrets[KEYS_TEXT_SIZE];
	struct outcome_capture capture;
	struct source_info info;
	int64_t id = 0;

	source_info(i->item->source, &info);
	if (i->digest != NULL && !digest_hex(i->digest, i->sha256))
		i->sha256[0] = '\0';
	if (!store_find_content(b->store, info.identity.size, info.identity.hash, match_each, &m))
		return intake_store_fault(b);
	b->packets += info.packets;
	b->bytes += info.identity.size;
	if (m.id != 0 && m.proven && m.same_parameters && !b->settings.force)
		return add_copy(i, &m);
	describe(i, &info, &capture);
	keys_digest_text(b->settings.keys, &i->fitting.digest, secrets);
	struct store_parameters p = {
	    .program = b->settings.program, .secrets = secrets, .trust = b->settings.trust->digest};
	const struct store_file *file = i->intake->is_file ? &i->intake->file : NULL;
	if (!store_end(b->store, &capture, &p, file, m.id, &id))
		return intake_store_fault(b);
	b->n_read++;
	batch_add_id(b, id);
	i->intake->whole &= info.complete;
	return true;
}

/* Out of the pipeline without a whole capture. */
static bool
give_up(struct intake_capture *i, enum pipeline_result result)
{
	struct batch *b = i->intake->batch;
	const char *error = pipeline_error(b->pipeline);

	if (result == PIPELINE_FAULT && error == NULL)
		intake_store_fault(b); /* the text of the store's fault goes with the rollback */
	if (!store_abandon(b->store) && b->fault == NULL)
		return intake_store_fault(b);
	if (result == PIPELINE_STOPPED || b->fault != NULL)
		return false;
	batch_add_problem(b, i->item->path, error);
	i->intake->whole = false;
	return true;
}

static bool
on_outcome(void *ctx, const struct outcome *o)
{
	struct intake_capture *i = ctx;

	if (o->client_random != NULL)
		keys_digest_add(i->fitting.keys, &i->fitting.digest, o->client_random);
	return i->stored.emit(i->stored.ctx, o);
}

static bool
on_without_tls(void *ctx, const struct outcome_without_tls *w)
{
	struct intake_capture *i = ctx;

	return i->stored.without_tls(i->stored.ctx, w);
}

static bool
on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct intake_capture *i = ctx;
	struct batch *b = i->intake->batch;

	/* As it is on disk, where sizes are known before anything is read. */
	opening_progress(i->intake->opening, &done, &total);
	progress_draw(&b->progress, done);
	b->stopped = interrupt_seen();
	return !b->stopped;
}

static bool
read_source(struct intake_capture *i)
{
	struct batch *b = i->intake->batch;
	struct pipeline_run run = {.source = i->item->source,
				   .filter = b->settings.filter,
				   .progress = on_progress,
				   .progress_ctx = i};

	/* A member of an archive costs much to read again, should a copy of it turn up. */
	if ((b->settings.sha256 || i->item->member) && (i->digest = digest_create()) != NULL)
		source_tap(i->item->source, stored_digest_tap, i->digest);
	if (!store_begin(b->store))
		return intake_store_fault(b);
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

/* The file's absolute path, and what the item's own adds to the file's. */
static char *
absolute(const struct intake *i, const struct opening_item *item)
{
	const char *inner = item->path + strlen(i->input->path);
	size_t size = strlen(i->abs_path) + strlen(inner) + 1;
	char *path = memory_resize(NULL, size, 1);

	snprintf(path, size, "%s%s", i->abs_path, inner);
	return path;
}

bool
intake_capture(struct intake *i, const struct opening_item *item)
{
	struct intake_capture c = {.intake = i, .item = item, .abs_path = absolute(i, item)};
	bool good = read_source(&c);

	digest_destroy(c.digest);
	free(c.abs_path);
	return good;
}
