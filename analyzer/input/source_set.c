/*
 * source_set.c - see source_set.h.
 */
#include "analyzer/input/source_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An interface as its first part described it; equal ones of later parts are the same. */
struct interface {
	char *name; /* NULL none */
	uint32_t link_type, snaplen;
};

struct source_set {
	const char *const *paths;
	size_t count, at; /* of parts; the one in hand */
	struct opening *opening;
	struct source *part; /* NULL between two */
	struct identity_state *identity;
	reader_tap_fn tap;
	void *tap_ctx;
	struct source_part *parts; /* of those before `at` */
	struct source_info first;  /* of the first part, when it was opened */
	struct interface *interfaces;
	uint32_t n_interfaces;
	uint32_t *map; /* interfaces of the part in hand: their numbers in the set */
	uint32_t n_map, map_room;
	uint64_t packets;
	int64_t first_ns, last_ns;
	uint64_t bytes_done, bytes_all; /* as on disk */
	bool tapped, incomplete, secrets_given, no_memory;
	struct problem problem;
	enum source_event over; /* SOURCE_PACKET: not yet */
};

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* --- parts --------------------------------------------------------------------------------------
 */

static void
on_bytes(void *ctx, struct bytes bytes)
{
	struct source_set *s = ctx;

	identity_feed(s->identity, bytes.data, bytes.len);
	if (s->tap != NULL)
		s->tap(s->tap_ctx, bytes);
}

static struct opening *
open_path(const char *path, struct source **source, struct source_why *why)
{
	const struct opening_settings settings = {.limits = NULL};
	struct opening *o = opening_create(path, &settings);
	struct opening_item item = {.source = NULL};

	*why = (struct source_why){.kind = SOURCE_NO_MEMORY, .text = "out of memory"};
	if (o != NULL && opening_next(o, &item) && item.source != NULL) {
		*source = item.source;
		return o;
	}
	if (o != NULL)
		*why = item.why;
	opening_destroy(o);
	return NULL;
}

static bool
open_part(struct source_set *s, struct source_why *why)
{
	s->n_map = 0;
	s->opening = open_path(s->paths[s->at], &s->part, why);
	if (s->opening == NULL)
		s->part = NULL;
	else if (s->at > 0)
		source_tap(s->part, on_bytes, s);
	return s->part != NULL;
}

static void
close_part(struct source_set *s)
{
	opening_destroy(s->opening);
	s->opening = NULL;
	s->part = NULL;
}

static uint64_t
size_on_disk(const char *path)
{
	struct identity_stat stat;

	return identity_stat(path, &stat) ? stat.size : 0;
}

struct source_set *
source_set_create(const char *const *paths, size_t count, struct source_why *why)
{
	struct source_set *s = calloc(1, sizeof(*s));

	*why = (struct source_why){.kind = SOURCE_NO_MEMORY, .text = "out of memory"};
	if (s == NULL)
		return NULL;
	s->paths = paths;
	s->count = count;
	s->over = SOURCE_PACKET;
	s->identity = identity_create();
	s->parts = calloc(count, sizeof(*s->parts));
	s->interfaces = calloc(SOURCE_SET_INTERFACES_MAX, sizeof(*s->interfaces));
	for (size_t i = 0; i < count; i++)
		s->bytes_all += size_on_disk(paths[i]);
	if (s->identity == NULL || s->parts == NULL || s->interfaces == NULL ||
	    !open_part(s, why)) {
		source_set_destroy(s);
		return NULL;
	}
	source_info(s->part, &s->first);
	return s;
}

void
source_set_destroy(struct source_set *s)
{
	if (s == NULL)
		return;
	close_part(s);
	identity_destroy(s->identity);
	for (uint32_t i = 0; s->interfaces != NULL && i < s->n_interfaces; i++)
		free(s->interfaces[i].name);
	free(s->interfaces);
	free(s->map);
	free(s->parts);
	free(s);
}

/* The first part's bytes are looked at only now, so that a caller's tap sees them as well. */
static void
begin(struct source_set *s)
{
	if (!s->tapped)
		source_set_tap(s, NULL, NULL);
}

void
source_set_tap(struct source_set *s, reader_tap_fn fn, void *ctx)
{
	s->tap = fn;
	s->tap_ctx = ctx;
	s->tapped = true;
	source_tap(s->part, on_bytes, s);
}

/* --- interfaces ---------------------------------------------------------------------------------
 */

static bool
same_interface(const struct interface *a, const struct source_interface *b)
{
	bool same_name = a->name == NULL || b->name == NULL ? a->name == NULL && b->name == NULL
							    : strcmp(a->name, b->name) == 0;

	return same_name && a->link_type == b->link_type && a->snaplen == b->snaplen;
}

static uint32_t
number_of(struct source_set *s, const struct source_interface *in)
{
	uint32_t i = 0;

	while (i < s->n_interfaces && !same_interface(&s->interfaces[i], in))
		i++;
	if (i == SOURCE_SET_INTERFACES_MAX)
		return i - 1;
	if (i == s->n_interfaces) {
		char *name = in->name != NULL ? strdup(in->name) : NULL;
		s->interfaces[s->n_interfaces++] =
		    (struct interface){name, in->link_type, in->snaplen};
	}
	return i;
}

/* False: out of memory. */
static bool
map_interface(struct source_set *s, uint32_t *index)
{
	while (s->n_map <= *index) {
		struct source_interface in;
		if (!source_interface(s->part, s->n_map, &in)) {
			*index = SOURCE_SET_INTERFACES_MAX; /* not described: none */
			return true;
		}
		if (s->n_map == s->map_room) {
			uint32_t room = s->map_room > 0 ? s->map_room * 2 : 16;
			void *bigger = realloc(s->map, room * sizeof(*s->map));
			if (bigger == NULL)
				return false;
			s->map = bigger;
			s->map_room = room;
		}
		s->map[s->n_map++] = number_of(s, &in);
	}
	*index = s->map[*index];
	return true;
}

bool
source_set_interface(const struct source_set *s, uint32_t index, struct source_interface *out)
{
	if (index >= s->n_interfaces)
		return false;
	const struct interface *in = &s->interfaces[index];
	*out = (struct source_interface){in->name, in->link_type, in->snaplen};
	return true;
}

/* --- reading ------------------------------------------------------------------------------------
 */

/* Times of parts become those of the set; 0 is none. */
static void
widen(int64_t *first_ns, int64_t *last_ns, const struct source_info *by)
{
	if (by->first_ns != 0 && (*first_ns == 0 || by->first_ns < *first_ns))
		*first_ns = by->first_ns;
	if (by->last_ns != 0 && (*last_ns == 0 || by->last_ns > *last_ns))
		*last_ns = by->last_ns;
}

/* The part is over, read to its end or not. */
static void
leave_part(struct source_set *s)
{
	struct source_info info;
	const char *text = source_problem(s->part);

	source_info(s->part, &info);
	s->parts[s->at] = (struct source_part){
	    .path = s->paths[s->at], .identity = info.identity, .first_frame = s->packets + 1};
	s->packets += info.packets;
	widen(&s->first_ns, &s->last_ns, &info);
	s->incomplete |= !info.complete;
	s->bytes_done += size_on_disk(s->paths[s->at]);
	if (text != NULL)
		problem_add(&s->problem, "%s: %s", name_of(s->paths[s->at]), text);
	close_part(s);
	s->at++;
}

/* False: there is none. One that cannot be opened any more ends the set: what comes behind it does
 * not follow what was before. */
static bool
next_part(struct source_set *s)
{
	struct source_why why;

	leave_part(s);
	if (s->at == s->count)
		return false;
	if (open_part(s, &why))
		return true;
	problem_add(&s->problem, "%s: %s; it and what follows was not read",
		    name_of(s->paths[s->at]), why.text);
	s->incomplete = true;
	s->count = s->at;
	return false;
}

/* A packet of the part in hand becomes one of the set. False: out of memory, which is recorded. */
static bool
own_packet(struct source_set *s, struct packet *packet)
{
	packet->frame += s->packets;
	s->no_memory = !map_interface(s, &packet->interface);
	if (s->no_memory)
		problem_add(&s->problem, "out of memory");
	return !s->no_memory;
}

size_t
source_set_batch(struct source_set *s, struct packet *out, size_t max)
{
	begin(s);
	if (s->over != SOURCE_PACKET || s->no_memory)
		return 0;
	size_t n = source_batch(s->part, out, max), owned = 0;
	while (owned < n && own_packet(s, &out[owned]))
		owned++;
	return owned;
}

enum source_event
source_set_next(struct source_set *s, struct packet *packet, struct secret *secret)
{
	begin(s);
	while (s->over == SOURCE_PACKET) {
		enum source_event event =
		    s->no_memory ? SOURCE_FAULT : source_next(s->part, packet, secret);
		if (event == SOURCE_PACKET && own_packet(s, packet))
			return event;
		if (s->no_memory)
			event = SOURCE_FAULT;
		if (event == SOURCE_SECRET && !s->secrets_given)
			return event;
		if (event == SOURCE_FAULT)
			leave_part(s);
		if (event == SOURCE_FAULT || (event == SOURCE_END && !next_part(s)))
			s->over = event;
	}
	return s->over;
}

/* Of all parts; a compressed one can't be looked through, and then they come as they come. */
bool
source_set_secrets_first(struct source_set *s, source_secret_fn fn, void *ctx)
{
	struct source_why why;
	bool all = strcmp(s->first.format, "pcapng") == 0;

	for (size_t i = 0; all && i < s->count; i++) {
		struct source *part;
		struct opening *o = open_path(s->paths[i], &part, &why);
		all = o != NULL && source_secrets_first(part, fn, ctx);
		opening_destroy(o);
	}
	s->secrets_given = all;
	return all;
}

const char *
source_set_problem(struct source_set *s)
{
	return problem_line(&s->problem);
}

void
source_set_info(const struct source_set *s, struct source_info *out)
{
	struct source_info part = {.packets = 0};

	if (s->part != NULL)
		source_info(s->part, &part);
	*out = s->first;
	out->packets = s->packets + part.packets;
	out->first_ns = s->first_ns;
	out->last_ns = s->last_ns;
	widen(&out->first_ns, &out->last_ns, &part);
	out->complete = s->over == SOURCE_END && !s->incomplete;
	out->identity = identity_of(s->identity);
	out->file = s->first.file;
	out->interfaces = s->n_interfaces;
	snprintf(out->link_types, sizeof(out->link_types), "%s", s->first.link_types);
}

void
source_set_progress(const struct source_set *s, uint64_t *done, uint64_t *total)
{
	uint64_t own = 0;

	if (s->opening != NULL)
		opening_progress(s->opening, &own, total);
	*done = s->bytes_done + own;
	*total = s->bytes_all;
}

size_t
source_set_parts(const struct source_set *s, const struct source_part **parts)
{
	*parts = s->parts;
	return s->at;
}
