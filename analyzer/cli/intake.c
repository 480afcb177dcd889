/*
 * intake.c - see intake.h. A capture is handed over when it is known whether more comes of its
 * file: with the last one the file is done, in the same transaction.
 */
#include "analyzer/cli/intake.h"

#include "analyzer/cli/delivery.h"
#include "analyzer/cli/interrupt.h"
#include "analyzer/cli/memory.h"

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

void
intake(struct batch_worker *w, size_t unit)
{
	struct batch *b = w->batch;
	const struct opening_settings settings = {
	    .keys = b->settings.passphrases, .go_on = go_on, .ctx = w};
	struct intake i = {.worker = w, .unit = &b->work.units[unit], .index = unit, .whole = true};

	atomic_store(&w->in_hand, 0);
	atomic_store(&w->name, i.unit->path);
	look_at_file(&i);
	i.opening = opening_create(i.unit->path, &settings);
	if (i.opening != NULL)
		take_all(&i);
	else
		batch_set_fault(b, "out of memory");
	opening_destroy(i.opening);
	atomic_store(&w->name, NULL);
	atomic_store(&w->in_hand, 0);
	if (i.ready == NULL)
		i.ready = make_delivery(&i, i.unit->path);
	hand_over(&i, true);
}
