/*
 * opening.c - one path, and the captures in it. See opening.h.
 * The analysis' side: a plain capture goes straight to source.c; for anything packed a thread runs
 * unpack.c, and what comes out of the ring is made a source again.
 */
#include "analyzer/input/opening.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/input/format.h"
#include "analyzer/input/problem.h"
#include "analyzer/input/ring.h"
#include "analyzer/input/unpack.h"

const struct opening_limits opening_limits_default = {
    .capture_bytes = 256ull << 30,
    .input_bytes = 1024ull << 30,
    .ratio = 1000,
    .ratio_from = 1ull << 30,
    .members = 1000000,
    .depth = 4,
    .spool_bytes = 256ull << 20,
};

enum { WAIT_MS = 100 };

struct opening {
	struct opening_settings settings;
	char *path;
	struct reader *reader; /* NULL once a source has it */
	struct source_why why; /* the path can't be opened */
	bool over;
	/* of what is in hand */
	struct source *source;
	char *item_path;
	bool in_capture;          /* its end is still in the ring */
	char cut[SOURCE_WHY_MAX]; /* what cut it short */
	/* NULL for a plain capture */
	struct unpack_job *job;
	pthread_t thread;
};

struct opening *
opening_create(const char *path, const struct opening_settings *settings)
{
	struct opening *o = calloc(1, sizeof *o);
	if (o == NULL)
		return NULL;
	o->settings = *settings;
	o->path = strdup(path);
	if (o->path == NULL) {
		free(o);
		return NULL;
	}
	o->reader = source_reader(path, &o->why);
	return o;
}

static void
destroy_job(struct unpack_job *job)
{
	if (job == NULL)
		return;
	ring_destroy(job->ring);
	free(job);
}

void
opening_destroy(struct opening *o)
{
	if (o == NULL)
		return;
	source_close(o->source);
	if (o->job != NULL) {
		ring_stop(o->job->ring);
		pthread_join(o->thread, NULL);
	}
	destroy_job(o->job);
	reader_destroy(o->reader);
	free(o->item_path);
	free(o->path);
	free(o);
}

/* Signals are for the thread that the program began with. */
static bool
start_thread(struct opening *o)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int failed = pthread_create(&o->thread, NULL, unpack_run, o->job);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed == 0;
}

static bool
start_unpacking(struct opening *o)
{
	const struct opening_limits *limits = o->settings.limits;
	struct unpack_job *job = calloc(1, sizeof *job);
	if (job == NULL)
		return false;
	job->path = o->path;
	job->reader = o->reader;
	job->keys = o->settings.keys;
	job->limits = limits != NULL ? *limits : opening_limits_default;
	job->ring = ring_create();
	o->job = job;
	if (job->ring != NULL && start_thread(o))
		return true;
	destroy_job(job);
	o->job = NULL;
	return false;
}

/* The oldest slot; NULL: the caller wants no more. */
static struct ring_slot *
front(struct opening *o)
{
	struct ring_slot *slot;
	while ((slot = ring_front(o->job->ring, WAIT_MS)) == NULL)
		if (o->settings.go_on != NULL && !o->settings.go_on(o->settings.ctx))
			return NULL;
	return slot;
}

/* A reader_fn: the bytes of the capture in hand. */
static ssize_t
read_ring(void *ctx, void *to, size_t n)
{
	struct opening *o = ctx;
	while (o->in_capture) {
		struct ring_slot *slot = front(o);
		if (slot == NULL) {
			snprintf(o->cut, sizeof o->cut, "stopped");
			return 0;
		}
		if (slot->kind == RING_CAPTURE_END) {
			snprintf(o->cut, sizeof o->cut, "%s", slot->why.text);
			o->in_capture = false;
			ring_take(o->job->ring);
			break;
		}
		size_t left = slot->len - slot->at;
		if (left > 0) {
			if (n > left)
				n = left;
			memcpy(to, slot->data + slot->at, n);
			slot->at += n;
		}
		if (slot->at == slot->len)
			ring_take(o->job->ring);
		if (left > 0)
			return (ssize_t)n;
	}
	return 0;
}

static const char *
cut_text(void *ctx)
{
	const struct opening *o = ctx;
	return o->cut[0] != '\0' ? o->cut : NULL;
}

static void
out_of_memory(struct source_why *why)
{
	why->kind = SOURCE_NO_MEMORY;
	snprintf(why->text, sizeof why->text, "out of memory");
}

static void
open_member(struct opening *o, struct opening_item *out)
{
	struct reader *r = reader_create(read_ring, o);
	o->in_capture = true;
	o->cut[0] = '\0';
	if (r == NULL) {
		out_of_memory(&out->why);
		return;
	}
	reader_on_cut(r, cut_text);
	o->source = out->source = source_open_reader(r, &out->why);
	if (o->source == NULL && o->cut[0] != '\0') {
		struct problem p = {.count = 0};
		problem_add(&p, "%s", out->why.text);
		problem_cause(&p, o->cut);
		snprintf(out->why.text, sizeof out->why.text, "%s", problem_line(&p));
	}
}

/* What nobody read of the last capture. */
static void
leave_member(struct opening *o)
{
	while (o->in_capture) {
		struct ring_slot *slot = front(o);
		if (slot == NULL)
			return;
		o->in_capture = slot->kind != RING_CAPTURE_END;
		ring_take(o->job->ring);
	}
}

static bool
next_packed(struct opening *o, struct opening_item *out)
{
	leave_member(o);
	struct ring_slot *slot = front(o);
	if (slot == NULL || slot->kind == RING_OVER) {
		o->over = true;
		return false;
	}
	enum ring_kind kind = slot->kind;
	out->why = slot->why;
	o->item_path = slot->path;
	slot->path = NULL;
	ring_take(o->job->ring);
	out->path = o->item_path != NULL ? o->item_path : o->path;
	out->member = strcmp(out->path, o->path) != 0;
	if (kind == RING_CAPTURE)
		open_member(o, out);
	return true;
}

/* The first item: a plain capture, or the reason why there is none, or the start of a thread. */
static bool
first(struct opening *o, struct opening_item *out)
{
	const char *name;
	out->path = o->path;
	out->why = o->why;
	o->over = true;
	if (o->reader == NULL)
		return true;
	if (!format_is_packed(format_of(reader_peek(o->reader, FORMAT_PEEK), &name))) {
		o->source = out->source = source_open_reader(o->reader, &out->why);
		o->reader = NULL;
		return true;
	}
	if (!start_unpacking(o)) {
		out_of_memory(&out->why);
		return true;
	}
	o->over = false;
	return next_packed(o, out);
}

bool
opening_next(struct opening *o, struct opening_item *out)
{
	*out = (struct opening_item){.path = o->path};
	source_close(o->source);
	o->source = NULL;
	free(o->item_path);
	o->item_path = NULL;
	if (o->over)
		return false;
	return o->job != NULL ? next_packed(o, out) : first(o, out);
}

void
opening_progress(const struct opening *o, uint64_t *done, uint64_t *total)
{
	*done = *total = 0;
	if (o->job != NULL) {
		*done = o->job->consumed;
		*total = reader_size_hint(o->reader);
	} else if (o->source != NULL) {
		source_progress(o->source, done, total);
	}
}

/* The file that a name with "!" in it begins with: the shortest one there is. */
static char *
outer_file(const char *name)
{
	struct identity_stat stat;
	for (const char *mark = strchr(name, '!'); mark != NULL; mark = strchr(mark + 1, '!')) {
		char *path = strndup(name, (size_t)(mark - name));
		if (path == NULL || identity_stat(path, &stat))
			return path;
		free(path);
	}
	return NULL;
}

struct opening *
opening_find(const char *name, const struct opening_settings *settings, struct source **source)
{
	struct identity_stat stat;
	struct opening_item item;
	struct opening *o = NULL;
	char *path = identity_stat(name, &stat) ? strdup(name) : outer_file(name);
	if (path != NULL)
		o = opening_create(path, settings);
	free(path);
	while (o != NULL && opening_next(o, &item))
		if (item.source != NULL && strcmp(item.path, name) == 0) {
			*source = item.source;
			return o;
		}
	opening_destroy(o);
	return NULL;
}
