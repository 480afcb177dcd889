/*
 * intake.c - takes one input in: known already, no capture, or opened and read.
 * Used by batch.c. The path, size and times of a file only save the reading (contract, "Identity,
 * repetition, interruption"); intake_capture.c does one capture of it.
 */
#include "analyzer/cli/intake_impl.h"

#include "analyzer/cli/interrupt.h"
#include "analyzer/cli/memory.h"

#include <stdlib.h>

bool
intake_store_fault(struct batch *b)
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
	k->outdated |= !match_parameters(k->batch, c);
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
		intake_store_fault(b);
		step = STEP_FAULT;
	} else if (done && !k.outdated && (k.count > 0 || !i->input->named)) {
		for (size_t n = 0; n < k.count; n++)
			batch_add_id(b, k.ids[n]);
		b->n_skipped += k.count > 0 ? 1 : 0;
		if (k.count == 0)
			batch_add_other(b, i->input->path);
		step = STEP_DONE;
	}
	free(k.ids);
	return step;
}

static void
refuse(struct intake *i, const struct opening_item *item)
{
	const struct source_why *why = &item->why;
	bool other_kind = why->kind == SOURCE_NO_CAPTURE || why->kind == SOURCE_EMPTY;

	if (other_kind && (item->member || !i->input->named)) {
		batch_add_other(i->batch, item->path);
		return;
	}
	batch_add_problem(i->batch, item->path, why->text);
	i->whole = false;
}

static bool
go_on(void *ctx)
{
	struct batch *b = ctx;

	progress_draw(&b->progress, 0);
	b->stopped = interrupt_seen();
	return !b->stopped;
}

static bool
open_input(struct intake *i)
{
	struct batch *b = i->batch;

	i->settings =
	    (struct opening_settings){.keys = b->settings.passphrases, .go_on = go_on, .ctx = b};
	i->opening = opening_create(i->input->path, &i->settings);
	if (i->opening == NULL)
		batch_set_fault(b, "out of memory");
	return i->opening != NULL;
}

static bool
take(struct intake *i)
{
	struct batch *b = i->batch;
	struct opening_item item;
	enum step step = skip_known(i);

	if (step != STEP_ON)
		return step == STEP_DONE;
	if (!open_input(i))
		return false;
	while (opening_next(i->opening, &item)) {
		if (item.source == NULL)
			refuse(i, &item);
		else if (!batch_open_store(b) || !intake_capture(i, &item))
			return false;
	}
	if (b->stopped)
		return false;
	if (b->store != NULL && i->is_file && i->whole && !store_file_done(b->store, &i->file))
		return intake_store_fault(b);
	return true;
}

bool
intake(struct batch *b, const struct input *in)
{
	struct intake i = {.batch = b, .input = in, .whole = true};

	look_at_file(&i);
	bool good = take(&i);
	opening_destroy(i.opening);
	free(i.abs_path);
	return good;
}
