/*
 * batch.c - the life of a run: list, workers, database. See batch.h.
 */
#include "analyzer/cli/batch.h"

#include "analyzer/cli/delivery.h"
#include "analyzer/cli/intake.h"
#include "analyzer/cli/interrupt.h"
#include "analyzer/cli/memory.h"
#include "analyzer/cli/message.h"
#include "analyzer/cli/settle.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	TICK_MS = 100,
	MEMORY_DEFAULT = 512 << 20,
	/* Of what jobs may hold together, for one more capture at a time: tables that grow with its
	 * open connections, what is kept behind holes, caches. Flow.h and tls/ have the limits. */
	JOB_MEMORY = 128 << 20,
	OUTBOX_MIN = 1 << 20,
};

/* --- making and taking down ---------------------------------------------------------------------
 */

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = memory_copy(slash != NULL ? path : ".");

	if (slash != NULL)
		folder[slash == path ? 1 : slash - path] = '\0';
	return folder;
}

bool
batch_init(struct batch *b, const struct batch_settings *settings, struct term *err, bool progress)
{
	*b = (struct batch){.settings = *settings};
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	progress_init(&b->progress, err, progress);
	b->folder = folder_of(settings->database);
	b->hasher = hasher_create();
	return b->hasher != NULL;
}

static void
finish_worker(struct batch_worker *w)
{
	pipeline_destroy(w->pipeline);
	capture_filter_destroy(w->filter);
	hasher_destroy(w->hasher);
}

void
batch_finish(struct batch *b)
{
	for (size_t i = 0; i < b->n_problems; i++) {
		free(b->problems[i].path);
		free(b->problems[i].text);
	}
	for (size_t i = 0; i < BATCH_OTHERS_SHOWN; i++)
		free(b->others[i]);
	free(b->problems);
	free(b->ids);
	free(b->fault);
	for (size_t i = 0; i < b->n_workers; i++)
		finish_worker(&b->workers[i]);
	free(b->workers);
	hasher_destroy(b->hasher);
	store_destroy(b->store);
	work_finish(&b->work);
	free(b->folder);
	pthread_cond_destroy(&b->changed);
	pthread_mutex_destroy(&b->lock);
	*b = (struct batch){0};
}

/* --- for the others ------------------------------------------------------------------------------
 */

void
batch_add_problem(struct batch *b, const char *path, const char *text)
{
	b->problems =
	    memory_grow(b->problems, b->n_problems, &b->problems_room, sizeof(*b->problems));
	b->problems[b->n_problems++] = (struct batch_problem){memory_copy(path), memory_copy(text)};
}

void
batch_add_other(struct batch *b, const char *path)
{
	if (b->n_not_captures < BATCH_OTHERS_SHOWN)
		b->others[b->n_not_captures] = memory_copy(path);
	b->n_not_captures++;
}

void
batch_add_id(struct batch *b, int64_t id)
{
	b->ids = memory_grow(b->ids, b->n_ids, &b->ids_room, sizeof(*b->ids));
	b->ids[b->n_ids++] = id;
}

void
batch_set_fault(struct batch *b, const char *text)
{
	pthread_mutex_lock(&b->lock);
	if (b->fault == NULL)
		b->fault = memory_copy(text);
	atomic_store(&b->ending, true);
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

bool
batch_store_fault(struct batch *b)
{
	batch_set_fault(b, store_error(b->store));
	return false;
}

bool
batch_open_store(struct batch *b)
{
	if (b->store != NULL)
		return true;
	b->store = store_create();
	if (b->store == NULL) {
		batch_set_fault(b, "out of memory");
		return false;
	}
	return store_open(b->store, b->settings.database) || batch_store_fault(b);
}

bool
batch_is_direct(const struct batch *b)
{
	return b->n_workers == 1;
}

struct pipeline_stats
batch_stats(const struct batch *b)
{
	struct pipeline_stats all = {0};

	for (size_t i = 0; i < b->n_workers; i++)
		if (b->workers[i].pipeline != NULL)
			pipeline_stats_add(&all, pipeline_stats(b->workers[i].pipeline));
	return all;
}

const char *
batch_filter_problem(const struct batch *b)
{
	const char *problem = NULL;

	for (size_t i = 0; i < b->n_workers && problem == NULL; i++)
		if (b->workers[i].filter != NULL)
			problem = capture_filter_problem(b->workers[i].filter);
	return problem;
}

/* --- progress and signals ------------------------------------------------------------------------
 */

/* Bytes read of all captures in hand, and the name of the first. */
static uint64_t
in_hand(const struct batch *b, const char **name)
{
	uint64_t bytes = 0;

	*name = NULL;
	for (size_t i = 0; i < b->n_workers; i++) {
		const char *own = atomic_load_explicit(&b->workers[i].name, memory_order_relaxed);
		if (own == NULL)
			continue;
		bytes += atomic_load_explicit(&b->workers[i].in_hand, memory_order_relaxed);
		*name = *name == NULL ? own : *name;
	}
	return bytes;
}

void
batch_tick(struct batch *b)
{
	const char *name;

	pthread_mutex_lock(&b->lock);
	uint64_t bytes = in_hand(b, &name);
	if (interrupt_status())
		progress_status(&b->progress, bytes, name);
	if (interrupt_seen() && !b->told && b->n_running > 0) {
		b->told = true;
		progress_clear(&b->progress);
		message_note(b->progress.err,
			     "finishing the captures in hand; once more stops at once");
	}
	progress_draw(&b->progress, bytes, name);
	pthread_mutex_unlock(&b->lock);
}

/* --- workers -------------------------------------------------------------------------------------
 */

/* One at a time: nDPI starts libgcrypt, which must not be started by two threads at once. */
static bool
prepare(struct batch_worker *w)
{
	const struct batch_settings *s = &w->batch->settings;
	char why[256];

	w->hasher = hasher_create();
	w->pipeline = pipeline_create(s->labels);
	if (s->filter != NULL)
		w->filter = capture_filter_create(s->filter, why, sizeof(why));
	if (w->hasher == NULL || w->pipeline == NULL || (s->filter != NULL && w->filter == NULL))
		return false;
	if (s->keys != NULL) {
		struct pipeline_secrets secrets = keys_pipeline(s->keys);
		pipeline_set_secrets(w->pipeline, &secrets);
	}
	pipeline_set_trust(w->pipeline, s->trust->set);
	pipeline_set_ports(w->pipeline, s->ports->ports, s->ports->count);
	return true;
}

/* As many as there are captures and memory for; results do not depend on it. */
static size_t
worker_count(const struct batch *b)
{
	uint64_t memory = b->settings.memory;
	uint64_t wanted = b->settings.jobs;

	if (wanted > work_left(&b->work))
		wanted = work_left(&b->work);
	if (memory > 0 && wanted > memory / JOB_MEMORY)
		wanted = memory / JOB_MEMORY;
	return wanted > 0 ? (size_t)wanted : 1;
}

static void
make_workers(struct batch *b)
{
	size_t n = worker_count(b);
	uint64_t memory =
	    b->settings.memory > 0 ? b->settings.memory - n * JOB_MEMORY : (uint64_t)MEMORY_DEFAULT;

	/* half for those in hand, half for those that wait */
	if (b->settings.memory > 0 && b->settings.memory < n * JOB_MEMORY)
		memory = 0;
	b->waiting_max = (size_t)(memory / 2);
	b->outbox_max = (size_t)(memory / 2 / n);
	if (b->outbox_max < OUTBOX_MIN)
		b->outbox_max = OUTBOX_MIN;
	b->workers = memory_resize(NULL, n, sizeof(*b->workers));
	memset(b->workers, 0, n * sizeof(*b->workers));
	for (size_t i = 0; i < n; i++)
		b->workers[i].batch = b;
	b->n_workers = n;
}

static bool
take_unit(struct batch *b, size_t *unit)
{
	pthread_mutex_lock(&b->lock);
	bool any = !atomic_load(&b->ending) && !interrupt_seen() && work_take(&b->work, unit);
	pthread_mutex_unlock(&b->lock);
	return any;
}

static void *
work(void *worker)
{
	struct batch_worker *w = worker;
	struct batch *b = w->batch;
	size_t unit;

	pthread_mutex_lock(&b->lock);
	bool ready = prepare(w);
	pthread_mutex_unlock(&b->lock);
	if (!ready)
		batch_set_fault(b, "out of memory");
	while (take_unit(b, &unit)) {
		if (batch_is_direct(b))
			batch_tick(b);
		intake(w, unit);
	}
	pthread_mutex_lock(&b->lock);
	b->n_running--;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

static void
wait_for_workers(struct batch *b)
{
	struct timespec until;

	pthread_mutex_lock(&b->lock);
	while (b->n_running > 0) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TICK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&b->changed, &b->lock, &until);
		pthread_mutex_unlock(&b->lock);
		batch_tick(b);
		pthread_mutex_lock(&b->lock);
	}
	pthread_mutex_unlock(&b->lock);
}

/* A thread that cannot be had is done without. */
static void
run_workers(struct batch *b)
{
	size_t started = 0;

	b->n_running = b->n_workers;
	if (batch_is_direct(b)) {
		work(&b->workers[0]);
		return;
	}
	while (started < b->n_workers &&
	       pthread_create(&b->workers[started].thread, NULL, work, &b->workers[started]) == 0)
		started++;
	pthread_mutex_lock(&b->lock);
	b->n_running -= b->n_workers - started;
	pthread_mutex_unlock(&b->lock);
	if (started == 0)
		batch_set_fault(b, "no thread can be started");
	wait_for_workers(b);
	for (size_t i = 0; i < started; i++)
		pthread_join(b->workers[i].thread, NULL);
}

static void
read_all(struct batch *b, const struct inputs *in)
{
	work_fill(&b->work, in);
	if (!settle_look_up(b))
		return;
	if (b->settings.rotation)
		work_join(&b->work);
	if (!settle_skip_known(b))
		return;
	make_workers(b);
	work_arrange(&b->work, b->n_workers);
	progress_total(&b->progress, b->work.n_order, b->work.bytes);
	if (b->work.n_order > 0)
		run_workers(b);
	delivery_settle_rest(b);
	b->stopped = b->fault == NULL && (b->work.next < b->work.n_order || atomic_load(&b->cut));
}

void
batch_run(struct batch *b, const struct inputs *in)
{
	for (size_t i = 0; i < inputs_problems(in); i++) {
		struct input_problem p = inputs_problem(in, i);
		batch_add_problem(b, p.path, p.text);
	}
	interrupt_catch();
	/* A database that is there must be good before anything is read; a new one is made only
	 * when there is something to put into it. */
	if (inputs_count(in) > 0 &&
	    (access(b->settings.database, F_OK) != 0 || batch_open_store(b)))
		read_all(b, in);
	progress_clear(&b->progress);
	if (b->store != NULL && b->fault == NULL && !store_close(b->store))
		batch_store_fault(b);
}
