/*
 * intake_capture.c - one capture through the pipeline, into the store or into an outbox.
 * Called by intake.c for each one that an input holds.
 */
#include "analyzer/cli/intake.h"

#include "analyzer/cli/delivery.h"
#include "analyzer/cli/memory.h"
#include "analyzer/cli/stored_digest.h"

struct reading {
	struct batch_worker *worker;
	struct opening *opening; /* NULL: of a set of files */
	struct source *source;
	struct delivery *delivery;
	struct digest *digest; /* NULL when SHA-256 is not wanted */
	struct outcome_sink sink;
};

static bool
on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct reading *r = ctx;
	struct batch *b = r->worker->batch;

	/* As it is on disk, where sizes are known before anything is read. */
	if (r->opening != NULL)
		opening_progress(r->opening, &done, &total);
	atomic_store_explicit(&r->worker->in_hand, done, memory_order_relaxed);
	if (batch_is_direct(b))
		batch_tick(b);
	return !atomic_load_explicit(&b->ending, memory_order_relaxed);
}

static bool
on_outcome(void *ctx, const struct outcome *o)
{
	struct reading *r = ctx;
	struct delivery *d = r->delivery;

	if (o->client_random != NULL)
		keys_digest_add(r->worker->batch->settings.keys, r->worker->hasher, &d->fitting,
				o->client_random);
	d->sessions++;
	d->failed += outcome_failed(o);
	return r->sink.emit(r->sink.ctx, o);
}

static bool
on_without_tls(void *ctx, const struct outcome_without_tls *w)
{
	struct reading *r = ctx;

	return r->sink.without_tls(r->sink.ctx, w);
}

/* Where outcomes go. False: the fault is set. */
static bool
open_sink(struct reading *r)
{
	struct batch *b = r->worker->batch;

	if (batch_is_direct(b)) {
		if (!batch_open_store(b))
			return false;
		r->sink = store_sink(b->store);
		return store_begin(b->store) || batch_store_fault(b);
	}
	if (!delivery_open_store(b))
		return false;
	r->delivery->outbox = outbox_create(b->folder, b->outbox_max);
	if (r->delivery->outbox == NULL) {
		batch_set_fault(b, "out of memory");
		return false;
	}
	r->sink = outbox_sink(r->delivery->outbox);
	return true;
}

/* Read to its end: everything that is to be stored of it. */
static void
conclude(struct reading *r)
{
	struct delivery *d = r->delivery;

	d->kind = DELIVERY_CAPTURE;
	source_info(r->source, &d->info);
	d->problem = memory_copy(source_problem(r->source));
	if (r->digest != NULL && !digest_hex(r->digest, d->sha256))
		d->sha256[0] = '\0';
	if (d->outbox != NULL)
		outbox_seal(d->outbox);
}

/* Out of the pipeline without a whole capture. */
static void
give_up(struct reading *r, enum pipeline_result result)
{
	struct batch *b = r->worker->batch;
	struct delivery *d = r->delivery;
	const char *error = pipeline_error(r->worker->pipeline);

	/* the text of the store's fault goes with the rollback */
	if (result == PIPELINE_FAULT && error == NULL && d->outbox == NULL)
		batch_store_fault(b);
	else if (result == PIPELINE_FAULT && error == NULL)
		batch_set_fault(b, outbox_error(d->outbox));
	if (d->outbox == NULL && !store_abandon(b->store))
		batch_store_fault(b);
	if (result == PIPELINE_FAULT && error != NULL) {
		d->kind = DELIVERY_PROBLEM;
		d->problem = memory_copy(error);
	}
}

void
intake_capture(struct batch_worker *w, struct opening *o, const struct opening_item *item,
	       struct delivery *d)
{
	struct reading r = {.worker = w, .opening = o, .source = item->source, .delivery = d};
	struct pipeline_run run = {.source = item->source,
				   .filter = w->filter,
				   .progress = on_progress,
				   .progress_ctx = &r};

	/* A member of an archive costs much to read again, should a copy of it turn up. */
	if ((w->batch->settings.sha256 || item->member) && (r.digest = digest_create()) != NULL)
		source_tap(item->source, stored_digest_tap, r.digest);
	run.sink =
	    (struct outcome_sink){.ctx = &r, .emit = on_outcome, .without_tls = on_without_tls};
	if (open_sink(&r)) {
		enum pipeline_result result = pipeline_run(w->pipeline, &run);
		if (result == PIPELINE_DONE)
			conclude(&r);
		else
			give_up(&r, result);
	}
	digest_destroy(r.digest);
}
