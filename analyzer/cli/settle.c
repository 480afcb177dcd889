/*
 * settle.c - see settle.h. A capture's identity is its content; the path, size and times of a file
 * only save the reading (contract, "Identity, repetition, interruption"). Whether a capture is
 * stored already is asked here, when it is stored: two threads may have read the same content.
 */
#include "analyzer/cli/settle.h"

#include "analyzer/cli/incident.h"
#include "analyzer/cli/memory.h"

#include <stdlib.h>
#include <string.h>

/* The incident of a file, to be freed; NULL for none. */
static char *
incident_of(const struct batch *b, const char *path)
{
	const struct batch_settings *s = &b->settings;
	char *name = s->incidents != NULL ? incident_of_path(s->incidents, path) : NULL;

	return name != NULL ? name : memory_copy(s->incident);
}

/* A stored capture that is met again belongs to this run's incident, too. */
static bool
join_incident(struct batch *b, int64_t id, const char *path)
{
	char *incident = incident_of(b, path);
	bool good =
	    incident == NULL || store_set_incident(b->store, id, incident) || batch_store_fault(b);

	free(incident);
	return good;
}

/* --- unchanged files ----------------------------------------------------------------------------
 */

/* Captures found for a file that is unchanged. */
struct known {
	struct batch *batch;
	struct work_unit *unit;
	bool outdated; /* one of them depends on other parameters */
};

static bool
on_known(void *ctx, const struct store_capture *c)
{
	struct known *k = ctx;
	struct work_unit *u = k->unit;

	u->ids = memory_grow(u->ids, u->n_ids, &u->ids_room, sizeof(*u->ids));
	u->ids[u->n_ids++] = c->id;
	u->of_part |= c->of_part;
	k->outdated |=
	    !settle_match_parameters(k->batch, c) || (c->of_part && !k->batch->settings.rotation);
	return true;
}

static bool
look_up(struct batch *b, struct work_unit *u)
{
	struct known k = {.batch = b, .unit = u};
	struct identity_stat stat;
	bool done = false;

	if (u->known || !u->is_file || !identity_stat(u->path, &stat))
		return true;
	struct store_file file = {u->abs_path, stat.size, stat.mtime_ns, stat.inode, stat.device};
	if (!store_find_file(b->store, &file, &done, on_known, &k))
		return batch_store_fault(b);
	u->unchanged = done && !k.outdated;
	return true;
}

bool
settle_look_up(struct batch *b)
{
	const struct batch_settings *s = &b->settings;

	if (b->store == NULL || s->force || s->verify || s->sha256)
		return true;
	for (size_t i = 0; i < b->work.count; i++)
		if (!look_up(b, &b->work.units[i]))
			return false;
	return true;
}

static bool
has_id(const struct work_unit *u, int64_t id)
{
	for (size_t i = 0; i < u->n_ids; i++)
		if (u->ids[i] == id)
			return true;
	return false;
}

/* Files that are parts of one capture already, whatever other parts that had. */
static bool
is_known_set(const struct work *w, const struct work_unit *first, int64_t id)
{
	for (size_t i = 0; i < first->n_parts; i++) {
		const struct work_unit *u = &w->units[first->parts[i]];
		if (!u->unchanged || !has_id(u, id))
			return false;
	}
	return true;
}

/* An unchanged file that was read to its end needs no opening. A named file without a capture in it
 * is opened all the same, to say what it is. */
static void
skip_known(struct batch *b, struct work_unit *u)
{
	u->known = u->unchanged && u->n_parts == 0 && (u->n_ids > 0 || !u->named);
	for (size_t i = 0; u->known && i < u->n_ids; i++)
		if (b->n_ids == 0 || b->ids[b->n_ids - 1] != u->ids[i]) /* parts of one */
			batch_add_id(b, u->ids[i]);
	if (u->known && u->n_ids == 0)
		batch_add_other(b, u->path);
	for (size_t i = 0; u->n_parts > 0 && !u->known && i < u->n_ids; i++)
		if (is_known_set(&b->work, u, u->ids[i])) {
			u->known = true;
			batch_add_id(b, u->ids[i]);
		}
}

/* Stored captures that are met again belong to this run's incident, too. */
static bool
join_known(struct batch *b, const struct work_unit *u)
{
	for (size_t i = 0; u->known && i < u->n_ids; i++)
		if (!join_incident(b, u->ids[i], u->abs_path))
			return false;
	return true;
}

bool
settle_skip_known(struct batch *b)
{
	for (size_t i = 0; i < b->work.count; i++) {
		struct work_unit *u = &b->work.units[i];
		uint64_t others = b->n_not_captures;
		if (u->joined)
			continue;
		if (!u->known)
			skip_known(b, u);
		b->n_skipped += u->known && b->n_not_captures == others ? 1 : 0;
		if (!join_known(b, u))
			return false;
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
	if (!d->last || !d->whole)
		return true;
	for (size_t i = 0; i < d->n_parts; i++)
		if (!store_file_done(b->store, &d->parts[i].file))
			return false;
	return !d->is_file || store_file_done(b->store, &d->file);
}

/* The names of a copy. */
static bool
add_names(struct batch *b, const struct delivery *d, int64_t id)
{
	for (size_t i = 0; i < d->n_parts; i++) {
		const struct delivery_part *p = &d->parts[i];
		if (!store_add_part_name(b->store, id, p->path, p->file.path, &p->file,
					 (unsigned)i + 1))
			return false;
	}
	return d->n_parts > 0 ||
	       store_add_name(b->store, id, d->path, d->abs_path, d->is_file ? &d->file : NULL);
}

static bool
store_parts(struct batch *b, const struct delivery *d)
{
	for (size_t i = 0; i < d->n_parts; i++) {
		const struct delivery_part *p = &d->parts[i];
		struct store_part part = {.part_no = (unsigned)i + 1,
					  .path = p->path,
					  .abs_path = p->file.path,
					  .size = p->identity.size,
					  .first_frame = p->first_frame,
					  .file = &p->file};
		memcpy(part.xxh3, p->identity.hash, sizeof(part.xxh3));
		if (!store_part(b->store, &part))
			return false;
	}
	return true;
}

/* A member of an archive is where the archive is. */
static const char *
file_path(const struct delivery *d)
{
	if (d->n_parts > 0)
		return d->parts[0].file.path;
	return d->is_file ? d->file.path : d->abs_path;
}

static bool
add_copy(struct batch *b, const struct delivery *d, const struct settle_match *m)
{
	if (!store_abandon(b->store) || !add_names(b, d, m->id) ||
	    (m->stored_sha256[0] != '\0' && !store_set_sha256(b->store, m->id, m->stored_sha256)) ||
	    (d->sha256[0] != '\0' && !store_set_sha256(b->store, m->id, d->sha256)) ||
	    !join_incident(b, m->id, file_path(d)) || !note_done(b, d))
		return batch_store_fault(b);
	batch_add_id(b, m->id);
	b->n_copies++;
	return true;
}

static void
describe(const struct batch *b, const struct delivery *d, const char *incident,
	 struct outcome_capture *c)
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
	    .incident = incident,
	    .note = b->settings.note,
	};
	memcpy(c->xxh3, d->info.identity.hash, sizeof(c->xxh3));
}

/* Into the open transaction. */
static bool
emit_sessions(struct batch *b, struct delivery *d)
{
	struct outcome_sink sink = store_sink(b->store);
	bool refused;

	if (d->outbox == NULL)
		return true;
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
	char *incident = incident_of(b, file_path(d));
	describe(b, d, incident, &capture);
	keys_digest_text(b->settings.keys, b->hasher, &d->fitting, secrets);
	struct store_parameters p = {
	    .program = b->settings.program, .secrets = secrets, .trust = b->settings.trust->digest};
	bool good = store_parts(b, d) && note_done(b, d) &&
		    store_end(b->store, &capture, &p, file, replaces, &id);
	free(incident);
	if (!good)
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
	/* There is a transaction already when outcomes went straight into the store. Without one
	 * another run could store the same content after we have looked for it. */
	if (d->outbox != NULL && !store_begin(b->store))
		return batch_store_fault(b);
	if (!store_find_content(b->store, d->info.identity.size, d->info.identity.hash,
				settle_match_each, &m)) {
		batch_store_fault(b);
		store_abandon(b->store);
		return false;
	}
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
