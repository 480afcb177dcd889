/*
 * unpack.c - the walk through what is packed: layer in layer, member by member, into a ring.
 * Between archive.c (one layer) and opening.c (the analysis' side of the ring). Decides by the
 * first bytes what a member is: a capture, a further layer, or another kind of file.
 */
#include "analyzer/input/unpack.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/input/format.h"
#include "analyzer/input/member_name.h"
#include "analyzer/input/spool.h"
#include "analyzer/input/stream.h"

enum { REFUSED_MAX = 64 }; /* reasons told for one input; further ones are counted */

struct unpack {
	struct unpack_job *job;
	uint64_t bytes;   /* decompressed, of all layers */
	uint64_t members; /* of all layers */
	uint64_t refused;
	bool ended;         /* stopped, or at a limit of the whole input */
	bool deep, limited; /* told already */
	char limit[SOURCE_WHY_MAX];
	char told[SOURCE_WHY_MAX]; /* the last trouble that was told */
};

/* An open archive, and where it stands. */
struct level {
	struct unpack *unpack;
	struct archive_walk *walk;
	const char *path;
	unsigned depth; /* layers, this one included */
	uint64_t members;
	bool locked; /* told that it is encrypted */
	bool broken; /* the last member could not be read to its end, which was told */
};

static void visit(struct unpack *u, struct stream *s, const char *path, unsigned depth);

static struct ring_slot *
slot(struct unpack *u, enum ring_kind kind)
{
	struct ring_slot *s = ring_free(u->job->ring);
	if (s == NULL) {
		u->ended = true;
		return NULL;
	}
	s->kind = kind;
	s->len = s->at = 0;
	s->why = (struct source_why){.kind = SOURCE_OPENED};
	return s;
}

static void
put_refusal(struct unpack *u, const char *path, enum source_refusal kind, const char *text)
{
	struct ring_slot *s = slot(u, RING_REFUSED);
	if (s == NULL)
		return;
	s->path = strdup(path);
	s->why.kind = kind;
	snprintf(s->why.text, sizeof s->why.text, "%s", text);
	ring_put(u->job->ring);
}

static void
refuse(struct unpack *u, const char *path, enum source_refusal kind, const char *text)
{
	bool trouble = kind != SOURCE_NO_CAPTURE && kind != SOURCE_EMPTY;
	if (trouble)
		snprintf(u->told, sizeof u->told, "%s", text);
	if (!trouble || u->refused++ < REFUSED_MAX)
		put_refusal(u, path, kind, text);
}

static void
refuse_level(const struct level *l)
{
	enum source_refusal kind =
	    archive_walk_locked(l->walk) ? SOURCE_UNSUPPORTED : SOURCE_DAMAGED;
	refuse(l->unpack, l->path, kind, archive_walk_trouble(l->walk));
}

__attribute__((format(printf, 2, 3))) static void
reach_limit(struct unpack *u, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(u->limit, sizeof u->limit, format, args);
	va_end(args);
	u->ended = true;
}

/* Rounded up. */
static uint64_t
megabytes(uint64_t bytes)
{
	return (bytes + 999999) / 1000000;
}

static void
count_bytes(struct unpack *u, uint64_t n)
{
	const struct opening_limits *limits = &u->job->limits;
	uint64_t consumed = u->job->consumed > 0 ? u->job->consumed : 1;
	u->bytes += n;
	if (u->bytes >= limits->input_bytes)
		reach_limit(u, "stopped after %" PRIu64 " MB decompressed, the limit for one input",
			    megabytes(u->bytes));
	else if (u->bytes >= limits->ratio_from && u->bytes / consumed >= limits->ratio)
		reach_limit(u,
			    "stopped after %" PRIu64 " MB: decompresses to more than %" PRIu64
			    " times its size",
			    megabytes(u->bytes), limits->ratio);
}

/* The member in hand of a level, counted. */
static ssize_t
level_read(void *ctx, void *to, size_t n)
{
	struct level *l = ctx;
	struct unpack *u = l->unpack;
	if (u->ended || ring_stopped(u->job->ring)) {
		u->ended = true;
		errno = ECANCELED;
		return -1;
	}
	ssize_t got = archive_walk_read(l->walk, to, n);
	if (got > 0)
		count_bytes(u, (uint64_t)got);
	return got;
}

static const char *
level_trouble(void *ctx)
{
	const struct level *l = ctx;
	return l->unpack->limit[0] != '\0' ? l->unpack->limit : archive_walk_trouble(l->walk);
}

/* Fill a slot's data, at most `room` bytes; *why is set where the stream ends or breaks. */
static bool
fill(struct stream *s, struct ring_slot *slot, uint64_t room, const char **why)
{
	size_t size = room < sizeof slot->data ? (size_t)room : sizeof slot->data;
	while (slot->len < size) {
		ssize_t got = stream_read(s, slot->data + slot->len, size - slot->len);
		if (got <= 0) {
			*why = got < 0 ? stream_trouble(s) : "";
			return false;
		}
		slot->len += (size_t)got;
	}
	return true;
}

static void
end_capture(struct unpack *u, const char *why)
{
	struct ring_slot *s = slot(u, RING_CAPTURE_END);
	if (s == NULL)
		return;
	snprintf(s->why.text, sizeof s->why.text, "%s", why);
	snprintf(u->told, sizeof u->told, "%s", why);
	ring_put(u->job->ring);
}

static void
deliver(struct unpack *u, struct stream *s, const char *path)
{
	uint64_t left = u->job->limits.capture_bytes;
	char limit[SOURCE_WHY_MAX];
	const char *why = limit;
	struct ring_slot *data = slot(u, RING_CAPTURE);
	if (data == NULL)
		return;
	data->path = strdup(path);
	ring_put(u->job->ring);
	snprintf(limit, sizeof limit,
		 "stopped after %" PRIu64 " MB decompressed, the limit for one capture",
		 megabytes(left));
	for (bool more = true; more && left > 0;) {
		data = slot(u, RING_DATA);
		if (data == NULL)
			return;
		more = fill(s, data, left, &why);
		left -= data->len;
		ring_put(u->job->ring);
	}
	end_capture(u, why);
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

/* One line for all members behind one lock. */
static void
tell_locked(struct level *l)
{
	if (!l->locked)
		refuse_level(l);
	l->locked = true;
}

static void
visit_member(struct level *l, const struct archive_member *member)
{
	struct unpack *u = l->unpack;
	struct stream s = {.from = {.read = level_read, .trouble = level_trouble, .ctx = l}};
	char *path = member->name != NULL ? member_name(l->path, member->name) : strdup(l->path);
	struct bytes start = stream_peek(&s);
	const char *name;
	if (path == NULL) {
		reach_limit(u, "out of memory");
	} else if (u->ended) {
		; /* stopped, or at a limit that is told for the whole input */
	} else if (s.failed && archive_walk_locked(l->walk)) {
		tell_locked(l);
	} else if (s.failed && start.len == 0) {
		refuse(u, path, SOURCE_DAMAGED, level_trouble(l));
	} else if (member->encrypted && format_of(start, &name) == FORMAT_UNKNOWN && !drain(l)) {
		/* One byte decides whether a passphrase fits: now and then a wrong one does. */
		refuse(u, path, SOURCE_DAMAGED,
		       "encrypted archive; no line of --passphrase-file opens it");
	} else {
		visit(u, &s, path, l->depth);
	}
	free(path);
	l->broken = s.failed;
	if (!u->ended && !s.failed && archive_walk_solid(l->walk))
		drain(l);
}

/* How many layers one walk stands for is known with its first member. */
static bool
may_enter(struct level *l)
{
	struct unpack *u = l->unpack;
	l->depth += archive_walk_layers(l->walk);
	if (l->depth <= u->job->limits.depth)
		return true;
	if (!u->deep)
		refuse(u, l->path, SOURCE_UNSUPPORTED,
		       "nested too deep: what is packed more than four times is not opened");
	u->deep = true;
	return false;
}

static void
walk_level(struct level *l)
{
	struct unpack *u = l->unpack;
	struct archive_member member;
	enum archive_walk_step step = ARCHIVE_WALK_OVER;
	while (!u->ended && (step = archive_walk_next(l->walk, &member)) == ARCHIVE_WALK_MEMBER) {
		if (l->members++ == 0 && !may_enter(l))
			return;
		if (u->members++ >= u->job->limits.members)
			reach_limit(u,
				    "more than %" PRIu64
				    " members in its archives; the rest is not read",
				    u->job->limits.members);
		else
			visit_member(l, &member);
	}
	if (u->ended)
		return;
	if (step == ARCHIVE_WALK_TROUBLE && !l->broken)
		refuse_level(l);
	else if (step == ARCHIVE_WALK_OVER && l->members == 0)
		refuse(u, l->path, SOURCE_EMPTY, "empty: nothing is packed in it");
}

/* A 7z archive must be sought in: held in memory where it is itself packed. */
static bool
spool_7zip(struct unpack *u, struct stream *s, struct spool *spool, const char *path)
{
	struct archive_bytes from = stream_bytes(s);
	char why[SOURCE_WHY_MAX];
	if (spool_fill(spool, &from, u->job->limits.spool_bytes, why, sizeof why)) {
		s->from = spool_bytes(spool);
		return true;
	}
	if (!u->ended)
		refuse(u, path, SOURCE_UNSUPPORTED, why);
	return false;
}

static void
open_level(struct unpack *u, struct stream *s, enum format_kind kind, const char *path,
	   unsigned depth)
{
	struct spool spool = SPOOL_EMPTY;
	if (kind != FORMAT_7ZIP || s->from.read_at != NULL || spool_7zip(u, s, &spool, path)) {
		struct archive_bytes from = stream_bytes(s);
		struct level l = {.unpack = u, .path = path, .depth = depth};
		l.walk = archive_walk_open(&from, kind, &u->job->keys);
		if (l.walk != NULL)
			walk_level(&l);
		else
			reach_limit(u, "out of memory");
		archive_walk_close(l.walk);
	}
	spool_finish(&spool);
}

static void
visit(struct unpack *u, struct stream *s, const char *path, unsigned depth)
{
	char text[SOURCE_WHY_MAX];
	const char *name;
	struct bytes start = stream_peek(s);
	enum format_kind kind = format_of(start, &name);
	if (start.len == 0) {
		refuse(u, path, SOURCE_EMPTY, "empty file");
	} else if (kind == FORMAT_PCAP || kind == FORMAT_PCAPNG) {
		deliver(u, s, path);
	} else if (format_is_packed(kind)) {
		open_level(u, s, kind, path, depth);
	} else {
		format_refusal(kind, name, start, text, sizeof text);
		refuse(u, path, kind == FORMAT_UNKNOWN ? SOURCE_NO_CAPTURE : SOURCE_UNSUPPORTED,
		       text);
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
	struct unpack u = {.job = job};
	struct stream s = {
	    .from = {.read = file_read, .trouble = file_trouble, .ctx = job},
	};
	if (reader_size_hint(job->reader) > 0) {
		s.from.read_at = file_read_at;
		s.from.size = reader_size_hint(job->reader);
	}
	visit(&u, &s, job->path, 0);
	if (u.limit[0] != '\0' && strcmp(u.limit, u.told) != 0)
		put_refusal(&u, job->path, SOURCE_UNSUPPORTED, u.limit);
	if (u.refused > REFUSED_MAX) {
		char text[SOURCE_WHY_MAX];
		snprintf(text, sizeof text, "%" PRIu64 " further members can't be read",
			 u.refused - REFUSED_MAX);
		put_refusal(&u, job->path, SOURCE_DAMAGED, text);
	}
	if (slot(&u, RING_OVER) != NULL)
		ring_put(job->ring);
	return NULL;
}
