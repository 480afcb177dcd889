/*
 * batch.c - reads a list of inputs into the database, one transaction per capture.
 * Between cmd_analyze.c and the pipeline with the store; intake.c does one input.
 */
#include "analyzer/cli/batch.h"

#include "analyzer/cli/intake.h"
#include "analyzer/cli/interrupt.h"
#include "analyzer/cli/memory.h"

#include <stdlib.h>
#include <unistd.h>

bool
batch_init(struct batch *b, const struct batch_settings *settings, struct term *err, bool progress)
{
	*b = (struct batch){.settings = *settings};
	progress_init(&b->progress, err, progress);
	b->pipeline = pipeline_create(settings->labels);
	if (b->pipeline != NULL && settings->keys != NULL) {
		struct pipeline_secrets secrets = keys_pipeline(settings->keys);
		pipeline_set_secrets(b->pipeline, &secrets);
	}
	if (b->pipeline == NULL)
		return false;
	pipeline_set_trust(b->pipeline, settings->trust->set);
	pipeline_set_ports(b->pipeline, settings->ports->ports, settings->ports->count);
	return true;
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
	pipeline_destroy(b->pipeline);
	store_destroy(b->store);
	*b = (struct batch){0};
}

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
	if (b->fault == NULL)
		b->fault = memory_copy(text);
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
	if (!store_open(b->store, b->settings.database)) {
		batch_set_fault(b, store_error(b->store));
		return false;
	}
	return true;
}

/* Sizes for the progress line; what cannot be looked at counts 0. */
static uint64_t
total_bytes(const struct inputs *in)
{
	uint64_t total = 0;

	for (size_t i = 0; i < inputs_count(in); i++) {
		struct identity_stat stat;
		if (identity_stat(inputs_get(in, i).path, &stat))
			total += stat.size;
	}
	return total;
}

static void
read_all(struct batch *b, const struct inputs *in)
{
	b->progress.total = inputs_count(in);
	b->progress.bytes_total = b->progress.shown ? total_bytes(in) : 0;
	for (size_t i = 0; i < inputs_count(in); i++) {
		struct input input = inputs_get(in, i);
		struct identity_stat stat;

		b->progress.name = input.path;
		progress_draw(&b->progress, 0);
		if (interrupt_seen())
			b->stopped = true;
		if (b->stopped || !intake(b, &input))
			break;
		b->progress.done++;
		if (b->progress.shown && identity_stat(input.path, &stat))
			b->progress.bytes_done += stat.size;
	}
	b->progress.name = NULL;
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
		batch_set_fault(b, store_error(b->store));
}
