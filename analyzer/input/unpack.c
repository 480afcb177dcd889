/*
 * unpack.c - the walk through what is packed: layer in layer, member by member, into a ring.
 * Between archive.c (one layer) and opening.c (the analysis' side of the ring). Decides by the
 * first bytes what a member is: a capture, a further layer, or another kind of file.
 */
#include "analyzer/input/unpack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/input/codec.h"
#include "analyzer/input/member_name.h"
#include "analyzer/input/outflow.h"
#include "analyzer/input/spool.h"

/* An open archive, and where it stands. It is walked again for each further passphrase while
 * members are left that none has opened. */
struct level {
	struct outflow *outflow;
	struct archive_walk *walk;
	const char *path;
	unsigned depth; /* layers, this one included */
	size_t pass;
	bool last; /* pass */
	uint64_t members;
	bool *done; /* of each member; kept when there are several passes */
	size_t done_room;
	uint64_t left; /* members of this pass that stayed locked */
	bool broken;   /* the last member could not be read to its end, which was told */
};

static void visit(struct outflow *d, struct stream *s, const char *path, unsigned depth);

/* An open codec. */
struct layer {
	struct outflow *outflow;
	struct codec *codec;
};

static void
refuse_level(const struct level *l)
{
	enum source_refusal kind =
	    archive_walk_locked(l->walk) ? SOURCE_UNSUPPORTED : SOURCE_DAMAGED;
	outflow_refuse(l->outflow, l->path, kind, archive_walk_trouble(l->walk));
}

/* The member in hand. */
static ssize_t
level_read(void *ctx, void *to, size_t n)
{
	struct level *l = ctx;
	return outflow_read(l->outflow, archive_walk_read, l->walk, to, n);
}

static const char *
level_trouble(void *ctx)
{
	const struct level *l = ctx;
	return l->outflow->limit[0] != '\0' ? l->outflow->limit : archive_walk_trouble(l->walk);
}

static ssize_t
layer_read(void *ctx, void *to, size_t n)
{
	struct layer *l = ctx;
	return outflow_read(l->outflow, codec_read, l->codec, to, n);
}

static const char *
layer_trouble(void *ctx)
{
	const struct layer *l = ctx;
	return l->outflow->limit[0] != '\0' ? l->outflow->limit : codec_trouble(l->codec);
}

/* Read the rest of a member, where stepping over it is as dear. False: it is damaged. */
static bool
drain(struct level *l)
{
	char sink[4096];
	ssize_t got;
	while ((got = level_read(l, sink, sizeof sink)) > 0)
		;
	return got == 0;
}

/* The passphrase in hand does not open it. One line for all members behind one lock. */
static bool
leave_locked(struct level *l, const char *path, bool looked_open)
{
	if (l->last && l->left == 0 && !looked_open)
		refuse_level(l);
	if (l->last && looked_open)
		outflow_refuse(l->outflow, path, SOURCE_DAMAGED,
			       "encrypted archive; no line of --passphrase-file opens it");
	l->left++;
	return false;
}

/* False: it stays locked. */
static bool
visit_stream(struct level *l, struct stream *s, const char *path, bool encrypted)
{
	struct outflow *d = l->outflow;
	struct bytes start = stream_peek(s);
	const char *name;
	if (d->ended) /* stopped, or at a limit that is told for the whole input */
		return true;
	if (s->failed && archive_walk_locked(l->walk))
		return leave_locked(l, path, false);
	/* One byte decides whether a passphrase fits: now and then a wrong one does. */
	if (encrypted && format_of(start, &name) == FORMAT_UNKNOWN && (s->failed || !drain(l)))
		return leave_locked(l, path, true);
	visit(d, s, path, l->depth);
	return true;
}

static bool
visit_member(struct level *l, const struct archive_member *member)
{
	struct outflow *d = l->outflow;
	struct stream s = {.from = {.read = level_read, .trouble = level_trouble, .ctx = l}};
	char *path = member->name != NULL ? member_name(l->path, member->name) : strdup(l->path);
	bool opened = true;
	if (path == NULL)
		outflow_end(d, "out of memory");
	else
		opened = visit_stream(l, &s, path, member->encrypted);
	free(path);
	l->broken = s.failed;
	if (!d->ended && !s.failed && archive_walk_solid(l->walk))
		drain(l);
	return opened;
}

static bool
may_enter(struct outflow *d, const char *path, unsigned depth)
{
	if (depth <= d->job->limits.depth)
		return true;
	if (!d->deep)
		outflow_refuse(
		    d, path, SOURCE_UNSUPPORTED,
		    "nested too deep: what is packed more than four times is not opened");
	d->deep = true;
	return false;
}

/* Room to note that the member was opened; false: out of memory. */
static bool
make_room(struct level *l)
{
	if (l->last && l->pass == 0)
		return true; /* there is one pass only */
	if (l->members < l->done_room)
		return true;
	size_t room = l->done_room == 0 ? 64 : 2 * l->done_room;
	bool *bigger = realloc(l->done, room * sizeof *bigger);
	if (bigger == NULL) {
		outflow_end(l->outflow, "out of memory");
		return false;
	}
	memset(bigger + l->done_room, 0, (room - l->done_room) * sizeof *bigger);
	l->done = bigger;
	l->done_room = room;
	return true;
}

static void
take_member(struct level *l, const struct archive_member *member)
{
	struct outflow *d = l->outflow;
	uint64_t index = l->members;
	if (!make_room(l))
		return;
	l->members++;
	if (l->pass > 0 && l->done[index])
		return;
	if (l->pass == 0 && d->members++ >= d->job->limits.members) {
		outflow_end(d,
			    "more than %" PRIu64 " members in its archives; the rest is not read",
			    d->job->limits.members);
		return;
	}
	bool opened = visit_member(l, member);
	if (l->done != NULL)
		l->done[index] = opened;
}

static void
walk_level(struct level *l, unsigned depth)
{
	struct outflow *d = l->outflow;
	struct archive_member member;
	enum archive_walk_step step = ARCHIVE_WALK_OVER;
	l->members = l->left = 0;
	l->broken = false;
	while (!d->ended && (step = archive_walk_next(l->walk, &member)) == ARCHIVE_WALK_MEMBER) {
		/* How many layers one walk stands for is known with its first member. */
		l->depth = depth + archive_walk_layers(l->walk);
		if (!may_enter(d, l->path, l->depth))
			return;
		take_member(l, &member);
	}
	if (d->ended || l->pass > 0)
		return;
	if (step == ARCHIVE_WALK_TROUBLE && !l->broken)
		refuse_level(l);
	else if (step == ARCHIVE_WALK_OVER && l->members == 0)
		outflow_refuse(d, l->path, SOURCE_EMPTY, "empty: nothing is packed in it");
}

/* A passphrase that fits by chance hides the right one behind it, so each is tried alone where the
 * archive can be read again. */
static void
walk_passes(struct level *l, struct stream *s, enum format_kind kind, unsigned depth)
{
	struct outflow *d = l->outflow;
	const struct archive_keys *all = &d->job->keys;
	struct archive_bytes from = stream_bytes(s);
	bool again = kind == FORMAT_ZIP && from.read_at != NULL && all->count > 1;
	size_t passes = again ? all->count : 1;
	l->left = 1;
	for (l->pass = 0; l->pass < passes && l->left > 0 && !d->ended; l->pass++) {
		struct archive_keys keys = *all;
		if (again)
			keys = (struct archive_keys){&all->passphrases[l->pass], 1};
		l->last = l->pass + 1 == passes;
		l->walk = archive_walk_open(&from, kind, &keys);
		if (l->walk != NULL)
			walk_level(l, depth);
		else
			outflow_end(d, "out of memory");
		archive_walk_close(l->walk);
	}
	free(l->done);
}

/* A 7z archive must be sought in: held in memory where it is itself packed. */
static bool
spool_7zip(struct outflow *d, struct stream *s, struct spool *spool, const char *path)
{
	struct archive_bytes from = stream_bytes(s);
	char why[SOURCE_WHY_MAX];
	if (spool_fill(spool, &from, d->job->limits.spool_bytes, why, sizeof why)) {
		s->from = spool_bytes(spool);
		return true;
	}
	if (!d->ended)
		outflow_refuse(d, path, SOURCE_UNSUPPORTED, why);
	return false;
}

/* A gzip or zstd stream. */
static void
open_codec(struct outflow *d, struct stream *s, enum format_kind kind, const char *path,
	   unsigned depth)
{
	struct archive_bytes from = stream_bytes(s);
	struct layer l = {.outflow = d, .codec = codec_open(kind, &from)};
	struct stream inner = {
	    .from = {.read = layer_read, .trouble = layer_trouble, .ctx = &l},
	    .squeezed = true,
	};
	if (l.codec == NULL)
		outflow_end(d, "out of memory");
	else
		visit(d, &inner, path, depth);
	codec_close(l.codec);
}

static void
open_level(struct outflow *d, struct stream *s, enum format_kind kind, const char *path,
	   unsigned depth)
{
	struct spool spool = SPOOL_EMPTY;
	if (kind != FORMAT_7ZIP || s->from.read_at != NULL || spool_7zip(d, s, &spool, path)) {
		struct level l = {.outflow = d, .path = path};
		walk_passes(&l, s, kind, depth);
	}
	spool_finish(&spool);
}

static void
visit(struct outflow *d, struct stream *s, const char *path, unsigned depth)
{
	char text[SOURCE_WHY_MAX];
	const char *name;
	struct bytes start = stream_peek(s);
	enum format_kind kind = format_of(start, &name);
	if (d->ended) {
		return;
	} else if (s->failed && kind == FORMAT_UNKNOWN) {
		/* What it is stands behind the damage. */
		outflow_refuse(d, path, SOURCE_DAMAGED, stream_trouble(s));
	} else if (start.len == 0) {
		outflow_refuse(d, path, SOURCE_EMPTY, "empty file");
	} else if (kind == FORMAT_PCAP || kind == FORMAT_PCAPNG) {
		outflow_capture(d, s, path);
	} else if (kind == FORMAT_GZIP || kind == FORMAT_ZSTD) {
		if (may_enter(d, path, depth + 1))
			open_codec(d, s, kind, path, depth + 1);
	} else if (format_is_packed(kind)) {
		open_level(d, s, kind, path, depth - (kind == FORMAT_TAR && s->squeezed));
	} else {
		format_refusal(kind, name, start, text, sizeof text);
		outflow_refuse(
		    d, path, kind == FORMAT_UNKNOWN ? SOURCE_NO_CAPTURE : SOURCE_UNSUPPORTED, text);
	}
}

static ssize_t
file_read(void *ctx, void *to, size_t n)
{
	struct unpack_job *job = ctx;
	ssize_t got = reader_read(job->reader, to, n);
	job->consumed += got > 0 ? (uint64_t)got : 0;
	return got;
}

static ssize_t
file_read_at(void *ctx, void *to, size_t n, uint64_t at)
{
	struct unpack_job *job = ctx;
	ssize_t got = reader_pread(job->reader, to, n, at);
	job->consumed += got > 0 ? (uint64_t)got : 0;
	return got;
}

static const char *
file_trouble(void *ctx)
{
	const struct unpack_job *job = ctx;
	return reader_error(job->reader) != 0 ? strerror(reader_error(job->reader)) : "read error";
}

void *
unpack_run(void *ctx)
{
	struct unpack_job *job = ctx;
	struct outflow d = {.job = job};
	struct stream s = {
	    .from = {.read = file_read, .trouble = file_trouble, .ctx = job},
	};
	if (reader_size_hint(job->reader) > 0) {
		s.from.read_at = file_read_at;
		s.from.size = reader_size_hint(job->reader);
	}
	visit(&d, &s, job->path, 0);
	outflow_over(&d);
	return NULL;
}
