/*
 * cmd_merge.c - mtlscope merge: databases made apart into one.
 * db/merge.h does it, shard by shard; what is wrong with one does not keep the others out.
 */
#include "analyzer/cli/command.h"
#include "analyzer/cli/interrupt.h"
#include "db/merge.h"

#include <stdlib.h>
#include <unistd.h>

/* Of all shards. */
struct total {
	struct merge_counts counts;
	size_t shards, bad;
};

static bool
on_stop(void *ctx)
{
	(void)ctx;
	return interrupt_seen();
}

/* Is there anything to merge? A database is not made for nothing. False: what is wrong was printed.
 */
static bool
any_shard(struct command_io *io, char *const *paths, size_t count)
{
	char error[1024];

	for (size_t i = 0; i < count; i++)
		if (merge_check(paths[i], error, sizeof(error)))
			return true;
	for (size_t i = 0; i < count; i++)
		if (!merge_check(paths[i], error, sizeof(error)))
			message_error(&io->err, NULL, "%s", error);
	return false;
}

static void
add(struct total *t, const struct merge_counts *c)
{
	t->shards++;
	t->counts.captures += c->captures;
	t->counts.sessions += c->sessions;
	t->counts.replaced += c->replaced;
	t->counts.known += c->known;
}

/* Shard after shard until one stops it all. */
static enum merge_result
merge_all(struct command_io *io, struct merge *m, char *const *paths, size_t count, struct total *t)
{
	for (size_t i = 0; i < count; i++) {
		struct merge_counts counts;
		enum merge_result result =
		    interrupt_seen() ? MERGE_STOPPED : merge_shard(m, paths[i], &counts);

		if (result == MERGE_DONE)
			add(t, &counts);
		else if (result != MERGE_SHARD)
			return result;
		else
			message_error(&io->err, NULL, "%s", merge_error(m));
		t->bad += result == MERGE_SHARD ? 1 : 0;
	}
	return MERGE_DONE;
}

static void
print_total(struct command_io *io, const char *database, const struct total *t)
{
	const struct merge_counts *c = &t->counts;
	FILE *out = io->out.file;

	fprintf(out, "%zu shard%s into %s: %llu capture%s, %llu session%s", t->shards,
		t->shards == 1 ? "" : "s", database, (unsigned long long)c->captures,
		c->captures == 1 ? "" : "s", (unsigned long long)c->sessions,
		c->sessions == 1 ? "" : "s");
	if (c->known > 0)
		fprintf(out, "; %llu there already", (unsigned long long)c->known);
	if (c->replaced > 0)
		fprintf(out, "; %llu replaced", (unsigned long long)c->replaced);
	fputc('\n', out);
}

static void
say_fault(struct command_io *io, const char *fault, const struct total *t)
{
	message_error(
	    &io->err, NULL, "%s%s", fault,
	    t->shards > 0 ? ". Whole shards are kept; run the same command again to continue" : "");
}

/* With the store open; closes it. */
static int
merge_into(struct command_io *io, struct store *s, char *const *paths, size_t count)
{
	struct merge *m = merge_create(s, on_stop, NULL);
	struct total t = {0};
	enum merge_result result = MERGE_FAULT;

	interrupt_catch();
	if (m != NULL)
		result = merge_all(io, m, paths + 1, count - 1, &t);
	if (result == MERGE_FAULT)
		say_fault(io, m != NULL ? merge_error(m) : store_error(s), &t);
	merge_destroy(m);
	if (!store_close(s) && result != MERGE_FAULT) {
		say_fault(io, store_error(s), &t);
		result = MERGE_FAULT;
	}
	if (t.shards > 0)
		print_total(io, paths[0], &t);
	if (result == MERGE_STOPPED) {
		message_note(&io->err,
			     "stopped; whole shards are kept, the same command continues");
		return COMMAND_STOPPED;
	}
	if (t.shards == 0)
		return COMMAND_FAILED;
	return t.bad > 0 || result == MERGE_FAULT ? COMMAND_PROBLEM : COMMAND_DONE;
}

static int
run(struct command_io *io, const struct options *o)
{
	int status = COMMAND_FAILED;

	if (o->n_args < 2) {
		message_error(&io->err, "merge",
			      "name the database to write and those to read: mtlscope merge "
			      "OUT.db SHARD.db...");
		return COMMAND_FAILED;
	}
	if (!any_shard(io, o->args + 1, o->n_args - 1))
		return COMMAND_FAILED;
	struct store *s = store_create();
	if (s == NULL)
		message_error(&io->err, "merge", "out of memory");
	else if (!store_open(s, o->args[0]))
		message_error(&io->err, NULL, "%s", store_error(s));
	else
		status = merge_into(io, s, o->args, o->n_args);
	store_destroy(s);
	return status;
}

const struct command cmd_merge = {
    .name = "merge",
    .group = "Database",
    .line = "several databases into one",
    .usage = "OUT.db SHARD.db...",
    .about = "Merge databases (shards) into one, which is made if it is not there. In whatever\n"
	     "order, the result is that of a single run over all captures. A capture that\n"
	     "several hold is kept once: as the newest program read it, preferably with keys.",
    .more = "Shards are only read. Safe to interrupt: run it again and it continues. Exit\n"
	    "status: 0 done, 1 nothing could be done, 2 done but a shard had a problem.\n\n"
	    "example: mtlscope merge incident.db shard-*.db",
    .run = run,
};
