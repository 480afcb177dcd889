/*
 * settle.c - see settle.h. A capture's identity is its content; the path, size and times of a file
 * only save the reading (contract, "Identity, repetition, interruption"). Whether a capture is
 * stored already is asked here, when it is stored: two threads may have read the same content.
 */
#include "analyzer/cli/settle.h"

#include "analyzer/cli/memory.h"

#include <stdlib.h>
#include <string.h>

/* --- unchanged files ----------------------------------------------------------------------------
 */

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
	k->outdated |= !settle_match_parameters(k->batch, c);
	return true;
}

/* An unchanged file that was read to its end needs no opening. A named file without a capture in it
 * is opened all the same, to say what it is. */
static bool
skip_known(struct batch *b, struct work_unit *u)
{
	struct known k = {.batch = b};
	struct identity_stat stat;
	bool done = false;

	if (!u->is_file || !identity_stat(u->path, &stat))
		return true;
	struct store_file file = {u->abs_path, stat.size, stat.mtime_ns, stat.inode, stat.device};
	if (!store_find_file(b->store, &file, &done, on_known, &k)) {
		free(k.ids);
		return batch_store_fault(b);
	}
	u->known = done && !k.outdated && (k.count > 0 || !u->named);
	for (size_t n = 0; u->known && n < k.count; n++)
		batch_add_id(b, k.ids[n]);
	if (u->known && k.count == 0)
		batch_add_other(b, u->path);
	free(k.ids);
	return true;
}

bool
settle_skip_known(struct batch *b)
{
	const struct batch_settings *s = &b->settings;
	bool look = b->store != NULL && !s->force && !s->verify && !s->sha256;

	for (size_t i = 0; i < b->work.count; i++) {
		struct work_unit *u = &b->work.units[i];
		uint64_t others = b->n_not_captures;
		if (look && !u->known && !skip_known(b, u))
			return false;
		b->n_skipped += u->known && b->n_not_captures == others ? 1 : 0;
	}
	return true;
}

/* --- captures -----------------------------------------------------------------------------------
 */

/* The file need not be opened again; in the capture's transaction when there is one. False: the
 * store's fault. */
static bool
note_done(struct batch *b, const struct delivery *d)
{
	return !d->last || !d->whole || !d->is_file || store_file_done(b->store, &d->file);
}

static bool
add_copy(struct batch *b, const struct delivery *d, const struct settle_match *m)
{
	const struct store_file *file = d->is_file ? &d->file : NULL;

	if (!store_abandon(b->store) ||
	    !store_add_name(b->store, m->id, d->path, d->abs_path, file) ||
	    (m->stored_sha256[0] != '\0' && !store_set_sha256(b->store, m->id, m->stored_sha256)) ||
	    (d->sha256[0] != '\0' && !store_set_sha256(b->store, m->id, d->sha256)) ||
	    !note_done(b, d))
		return batch_store_fault(b);
	batch_add_id(b, m->id);
	b->n_copies++;
	return true;
}

static void
describe(const struct batch *b, const struct delivery *d, struct outcome_capture *c)
{
	*c = (struct outcome_capture){
	    .path = d->path,
	    .abs_path = d->abs_path,
	    .sha256 = d->sha256[0] != '\0' ? d->sha256 : NULL,
	    .size = d->info.identity.size,
	    .mtime_ns = d->is_file ? d->file.mtime_ns : INT64_MIN,
	    .inode = d->file.inode,
	    .device = d->file.device,
	    .format = d->info.format,
	    .link_types = d->info.link_types,
	    .packets = d->info.packets,
	    .first_ns = d->info.first_ns != 0 ? d->info.first_ns : INT64_MIN,
	    .last_ns = d->info.last_ns != 0 ? d->info.last_ns : INT64_MIN,
	    .problem = d->problem,
	    .incident = b->settings.incident,
	    .note = b->settings.note,
	};
	memcpy(c->xxh3, d->info.identity.hash, sizeof(c->xxh3));
}

/* Into the open transaction; there is one already when outcomes went straight into the store. */
static bool
emit_sessions(struct batch *b, struct delivery *d)
{
	struct outcome_sink sink = store_sink(b->store);
	bool refused;

	if (d->outbox == NULL)
		return true;
	if (!store_begin(b->store))
		return batch_store_fault(b);
	if (outbox_replay(d->outbox, &sink, &refused))
		return true;
	if (refused)
		return batch_store_fault(b);
	batch_set_fault(b, outbox_error(d->outbox));
	return false;
}

static bool
store_capture(struct batch *b, struct delivery *d, int64_t replaces)
{
	const struct store_file *file = d->is_file ? &d->file : NULL;
	char secrets[KEYS_TEXT_SIZE];
	struct outcome_capture capture;
	int64_t id = 0;

	if (!emit_sessions(b, d))
		return false;
	describe(b, d, &capture);
	keys_digest_text(b->settings.keys, b->hasher, &d->fitting, secrets);
	struct store_parameters p = {
	    .program = b->settings.program, .secrets = secrets, .trust = b->settings.trust->digest};
	if (!note_done(b, d) || !store_end(b->store, &capture, &p, file, replaces, &id))
		return batch_store_fault(b);
	b->n_read++;
	batch_add_id(b, id);
	return true;
}

static bool
settle_capture(struct batch *b, struct delivery *d)
{
	struct settle_match m = {.batch = b, .delivery = d};

	if (!batch_open_store(b))
		return false;
	if (!store_find_content(b->store, d->info.identity.size, d->info.identity.hash,
				settle_match_each, &m))
		return batch_store_fault(b);
	b->packets += d->info.packets;
	b->bytes += d->info.identity.size;
	bool good = m.id != 0 && m.proven && m.same_parameters && !b->settings.force
			? add_copy(b, d, &m)
			: store_capture(b, d, m.id);
	if (!good)
		store_abandon(b->store);
	return good;
}

bool
settle(struct batch *b, struct delivery *d)
{
	switch (d->kind) {
	case DELIVERY_CAPTURE:
		return settle_capture(b, d);
	case DELIVERY_NO_CAPTURE:
		batch_add_other(b, d->path);
		break;
	case DELIVERY_PROBLEM:
		batch_add_problem(b, d->path, d->problem);
		break;
	case DELIVERY_NOTHING:
		break;
	}
	return b->store == NULL || note_done(b, d) || batch_store_fault(b);
}
