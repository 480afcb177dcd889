/*
 * delivery.c - see delivery.h. Whoever hands over when nobody settles becomes the one who does, and
 * goes on until nothing is left whose turn it is.
 */
#include "analyzer/cli/delivery.h"

#include "analyzer/cli/memory.h"
#include "analyzer/cli/settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAITING_MAX = 1000 }; /* deliveries: each may have a file open */

/* The file's absolute path, and what a member's path adds to the file's. */
static char *
absolute(const struct work_unit *u, const char *path)
{
	const char *inner = path + strlen(u->path);
	size_t size = strlen(u->abs_path) + strlen(inner) + 1;
	char *abs_path = memory_resize(NULL, size, 1);

	snprintf(abs_path, size, "%s%s", u->abs_path, inner);
	return abs_path;
}

struct delivery *
delivery_create(const struct work_unit *u, size_t unit, const char *path)
{
	struct delivery *d = memory_resize(NULL, 1, sizeof(*d));

	*d = (struct delivery){.kind = DELIVERY_NOTHING,
			       .unit = unit,
			       .path = memory_copy(path),
			       .abs_path = absolute(u, path)};
	return d;
}

void
delivery_destroy(struct delivery *d)
{
	if (d == NULL)
		return;
	outbox_destroy(d->outbox);
	free(d->path);
	free(d->abs_path);
	free(d->problem);
	free(d->parts);
	free(d);
}

static size_t
memory_of(const struct delivery *d)
{
	return d->outbox != NULL ? outbox_memory(d->outbox) : 0;
}

static void
insert(struct batch *b, struct delivery *d)
{
	struct delivery **at = &b->waiting;

	while (*at != NULL && (*at)->unit <= d->unit)
		at = &(*at)->next;
	d->next = *at;
	*at = d;
	b->n_waiting++;
	b->waiting_bytes += memory_of(d);
}

static bool
too_many(const struct batch *b)
{
	return b->waiting_bytes > b->waiting_max || b->n_waiting > WAITING_MAX;
}

/* The first one, when its turn has come or too many wait. */
static struct delivery *
take_due(struct batch *b, bool all)
{
	struct delivery *d = b->waiting;

	if (d == NULL || (d->unit > b->work.over && !too_many(b) && !all))
		return NULL;
	b->waiting = d->next;
	b->n_waiting--;
	b->waiting_bytes -= memory_of(d);
	return d;
}

static void
count(struct batch *b, const struct delivery *d)
{
	const struct work_unit *u = &b->work.units[d->unit];

	if (d->last) {
		work_over(&b->work, d->unit);
		progress_done(&b->progress, u->size);
	}
	if (d->kind == DELIVERY_CAPTURE)
		progress_capture(&b->progress, d->path, d->sessions, d->failed);
}

/* The lock is held, but not while the store is at work. */
static void
settle_due(struct batch *b, bool all)
{
	struct delivery *d;

	if (b->settling)
		return;
	b->settling = true;
	while (!atomic_load(&b->ending) && (d = take_due(b, all)) != NULL) {
		pthread_mutex_unlock(&b->lock);
		bool good = settle(b, d);
		pthread_mutex_lock(&b->lock);
		if (good)
			count(b, d);
		else
			atomic_store(&b->ending, true);
		delivery_destroy(d);
		pthread_cond_broadcast(&b->changed);
	}
	b->settling = false;
}

bool
delivery_open_store(struct batch *b)
{
	bool good;

	pthread_mutex_lock(&b->lock);
	while (b->settling)
		pthread_cond_wait(&b->changed, &b->lock);
	b->settling = true;
	pthread_mutex_unlock(&b->lock);
	good = batch_open_store(b);
	pthread_mutex_lock(&b->lock);
	b->settling = false;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
	return good;
}

void
delivery_hand_over(struct batch *b, struct delivery *d)
{
	pthread_mutex_lock(&b->lock);
	insert(b, d);
	settle_due(b, false);
	while (too_many(b) && !atomic_load(&b->ending)) {
		pthread_cond_wait(&b->changed, &b->lock);
		settle_due(b, false);
	}
	pthread_mutex_unlock(&b->lock);
}

void
delivery_settle_rest(struct batch *b)
{
	pthread_mutex_lock(&b->lock);
	settle_due(b, true);
	while (b->waiting != NULL) {
		struct delivery *d = b->waiting;
		b->waiting = d->next;
		delivery_destroy(d);
	}
	b->n_waiting = b->waiting_bytes = 0;
	pthread_mutex_unlock(&b->lock);
}
