/*
 * intake.c - see intake.h. A capture is handed over when it is known whether more comes of its
 * file: with the last one the file is done, in the same transaction.
 */
#include "analyzer/cli/intake.h"

#include "analyzer/cli/delivery.h"
#include "analyzer/cli/interrupt.h"
#include "analyzer/cli/memory.h"

#include <stdlib.h>

struct intake {
	struct batch_worker *worker;
	const struct work_unit *unit;
	size_t index;
	bool is_file;
	struct store_file file;
	struct opening *opening;
	struct delivery *ready; /* not handed over yet; NULL none */
	bool whole;             /* all of it was read, or is no capture */
};

/* The file as it is before it is read: a later run compares with this. */
static void
look_at_file(struct intake *i)
{
	struct identity_stat stat;

	i->is_file = identity_stat(i->unit->path, &stat);
	if (i->is_file)
		i->file = (struct store_file){.path = i->unit->abs_path,
					      .size = stat.size,
					      .mtime_ns = stat.mtime_ns,
					      .inode = stat.inode,
					      .device = stat.device};
}

static struct delivery *
make_delivery(struct intake *i, const char *path)
{
	struct delivery *d = delivery_create(i->unit, i->index, path);

	d->is_file = i->is_file;
	d->file = i->file;
	return d;
}

static void
hand_over(struct intake *i, bool last)
{
	struct delivery *d = i->ready;

	i->ready = NULL;
	d->last = last;
	d->whole = i->whole;
	delivery_hand_over(i->worker->batch, d);
}

static void
refuse(struct intake *i, const struct opening_item *item)
{
	const struct source_why *why = &item->why;
	bool other_kind = why->kind == SOURCE_NO_CAPTURE || why->kind == SOURCE_EMPTY;

	if (other_kind && (item->member || !i->unit->named)) {
		i->ready->kind = DELIVERY_NO_CAPTURE;
		return;
	}
	i->ready->kind = DELIVERY_PROBLEM;
	i->ready->problem = memory_copy(why->text);
}

static bool
go_on(void *ctx)
{
	struct batch_worker *w = ctx;

	if (batch_is_direct(w->batch))
		batch_tick(w->batch);
	return !atomic_load_explicit(&w->batch->ending, memory_order_relaxed);
}

static void
take_item(struct intake *i, const struct opening_item *item)
{
	i->ready = make_delivery(i, item->path);
	if (item->source == NULL)
		refuse(i, item);
	else
		intake_capture(i->worker, i->opening, item, i->ready);
	if (i->ready->kind == DELIVERY_PROBLEM || i->ready->kind == DELIVERY_NOTHING ||
	    (i->ready->kind == DELIVERY_CAPTURE && !i->ready->info.complete))
		i->whole = false;
}

static void
take_all(struct intake *i)
{
	struct batch *b = i->worker->batch;
	struct opening_item item;

	while (!atomic_load(&b->ending) && opening_next(i->opening, &item)) {
		if (i->ready != NULL && interrupt_seen()) {
			i->whole = false;
			atomic_store(&b->cut, true);
			break;
		}
		if (i->ready != NULL)
			hand_over(i, false);
		take_item(i, &item);
	}
}

/* The parts as they are before they are read. */
static void
look_at_parts(struct intake *i, const char **paths)
{
	struct delivery *d = i->ready;

	d->n_parts = i->unit->n_parts;
	d->parts = memory_resize(NULL, d->n_parts, sizeof(*d->parts));
	for (size_t n = 0; n < d->n_parts; n++) {
		const struct work_unit *u = &i->worker->batch->work.units[i->unit->parts[n]];
		struct identity_stat stat = {.size = 0};
		identity_stat(u->path, &stat);
		paths[n] = u->path;
		d->parts[n] = (struct delivery_part){
		    .path = u->path,
		    .file = {u->abs_path, stat.size, stat.mtime_ns, stat.inode, stat.device}};
	}
}

/* A rotated capture: all its files as one. */
static void
take_set(struct intake *i)
{
	const char **paths = memory_resize(NULL, i->unit->n_parts, sizeof(*paths));
	struct opening_item item = {.path = i->unit->path};
	const struct source_part *parts;

	i->ready = make_delivery(i, item.path);
	i->ready->is_file = false;
	look_at_parts(i, paths);
	item.source = source_open_set(paths, i->unit->n_parts, &item.why);
	if (item.source == NULL) {
		refuse(i, &item);
	} else {
		intake_capture(i->worker, NULL, &item, i->ready);
		i->ready->n_parts = source_parts(item.source, &parts);
		for (size_t n = 0; n < i->ready->n_parts; n++) {
			i->ready->parts[n].identity = parts[n].identity;
			i->ready->parts[n].first_frame = parts[n].first_frame;
		}
		i->whole = i->ready->kind == DELIVERY_CAPTURE && i->ready->info.complete;
	}
	source_close(item.source);
	free(paths);
}

static void
take_file(struct intake *i)
{
	const struct opening_settings settings = {
	    .keys = i->worker->batch->settings.passphrases, .go_on = go_on, .ctx = i->worker};

	look_at_file(i);
	i->opening = opening_create(i->unit->path, &settings);
	if (i->opening != NULL)
		take_all(i);
	else
		batch_set_fault(i->worker->batch, "out of memory");
	opening_destroy(i->opening);
}

void
intake(struct batch_worker *w, size_t unit)
{
	struct batch *b = w->batch;
	struct intake i = {.worker = w, .unit = &b->work.units[unit], .index = unit, .whole = true};

	atomic_store(&w->in_hand, 0);
	atomic_store(&w->name, i.unit->path);
	if (i.unit->n_parts > 0)
		take_set(&i);
	else
		take_file(&i);
	atomic_store(&w->name, NULL);
	atomic_store(&w->in_hand, 0);
	if (i.ready == NULL)
		i.ready = make_delivery(&i, i.unit->path);
	hand_over(&i, true);
}
