/*
 * outcome_unpack.c - offsets become pointers again, in place. See outcome_pack.h.
 * The bytes are our own, perhaps from a disk that lost some: every offset is checked.
 */
#include "analyzer/outcome_pack_impl.h"

#include <stdlib.h>
#include <string.h>

/* A copy of a record that later ones refer to. */
struct shared {
	enum pack_record kind;
	uint8_t *record;
};

struct outcome_unpacker {
	struct shared *shared;
	size_t count, room;
};

struct outcome_unpacker *
outcome_unpacker_create(void)
{
	return calloc(1, sizeof(struct outcome_unpacker));
}

static void
forget(struct outcome_unpacker *u)
{
	for (size_t i = 0; i < u->count; i++)
		free(u->shared[i].record);
	u->count = 0;
}

void
outcome_unpacker_destroy(struct outcome_unpacker *u)
{
	if (u == NULL)
		return;
	forget(u);
	free(u->shared);
	free(u);
}

/* Of the kinds of pointers: what they refer to. */
static const enum pack_record refers_to[] = {
    [PACK_SHARED_TEXT] = PACK_RECORD_TEXT,
    [PACK_CERTIFICATE] = PACK_RECORD_CERTIFICATE,
    [PACK_REQUEST] = PACK_RECORD_REQUEST,
};

static void *
shared_body(const struct outcome_unpacker *u, enum pack_record kind, uintptr_t v)
{
	size_t index = v / 2;

	if ((v & 1) == 0 || index >= u->count || u->shared[index].kind != kind)
		return NULL;
	return u->shared[index].record + sizeof(struct pack_header);
}

/* n pieces of `size` bytes in the record, or NULL. */
static void *
local(uint8_t *record, uintptr_t v, size_t n, size_t size, size_t align)
{
	size_t len = ((const struct pack_header *)record)->len, at = v / 2;

	if ((v & 1) != 0 || at < sizeof(struct pack_header) || at >= len || at % align != 0 ||
	    n > (len - at) / size)
		return NULL;
	return record + at;
}

static bool fix_struct(struct outcome_unpacker *u, uint8_t *record, uint8_t *at,
		       const struct pack_struct *s);

static bool
fix_array(struct outcome_unpacker *u, uint8_t *record, uint8_t *items, size_t n,
	  const struct pack_struct *s)
{
	for (size_t i = 0; i < n; i++)
		if (!fix_struct(u, record, items + i * s->size, s))
			return false;
	return true;
}

/* The pointer that v stands for; NULL: nothing it can be. */
static void *
resolve(struct outcome_unpacker *u, uint8_t *record, uint8_t *in, const struct pack_pointer *r,
	uintptr_t v)
{
	struct outcome_request *request;
	size_t n = 1;
	void *to;

	if (r->kind == PACK_BYTES || r->kind == PACK_ARRAY)
		memcpy(&n, in + r->count_at, sizeof(n));
	switch (r->kind) {
	case PACK_TEXT:
		return local(record, v, 1, 1, 1);
	case PACK_RANDOM:
		return local(record, v, PACK_RANDOM_LEN, 1, 1);
	case PACK_BYTES:
		return local(record, v, n, 1, 1);
	case PACK_ARRAY:
		to = local(record, v, n, r->of->size, sizeof(uint64_t));
		return to != NULL && fix_array(u, record, to, n, r->of) ? to : NULL;
	case PACK_REQUEST:
		request = shared_body(u, refers_to[r->kind], v);
		if (request == NULL)
			return NULL;
		((struct outcome_request *)(void *)in)->count = request->count;
		return (void *)(uintptr_t)request->items;
	case PACK_SHARED_TEXT:
	case PACK_CERTIFICATE:
		return shared_body(u, refers_to[r->kind], v);
	}
	return NULL;
}

/* NULL is no array of some. */
static bool
counts_nothing(const uint8_t *in, const struct pack_pointer *r)
{
	size_t n = 0;

	if (r->kind == PACK_BYTES || r->kind == PACK_ARRAY)
		memcpy(&n, in + r->count_at, sizeof(n));
	return n == 0;
}

static bool
fix_struct(struct outcome_unpacker *u, uint8_t *record, uint8_t *at, const struct pack_struct *s)
{
	for (size_t i = 0; i < s->n_pointers; i++) {
		const struct pack_pointer *r = &s->pointers[i];
		uintptr_t v;
		void *to;

		memcpy(&v, at + r->at, sizeof(v));
		if (v == 0 && counts_nothing(at, r))
			continue;
		if ((to = resolve(u, record, at, r, v)) == NULL)
			return false;
		memcpy(at + r->at, &to, sizeof(to));
	}
	return true;
}

static bool
fix_record(struct outcome_unpacker *u, uint8_t *record, const struct pack_struct *s)
{
	const struct pack_header *h = (const void *)record;

	return h->len >= sizeof(*h) + s->size && fix_struct(u, record, record + sizeof(*h), s);
}

static enum outcome_unpacked
keep(struct outcome_unpacker *u, const uint8_t *data, const struct pack_header *h)
{
	const struct pack_struct *s = h->kind == PACK_RECORD_CERTIFICATE ? &pack_certificate
				      : h->kind == PACK_RECORD_REQUEST   ? &pack_request
									 : NULL;

	if (u->count == u->room) {
		size_t room = u->room > 0 ? u->room * 2 : 256;
		void *bigger = realloc(u->shared, room * sizeof(*u->shared));
		if (bigger == NULL)
			return OUTCOME_UNPACK_NO_MEMORY;
		u->shared = bigger;
		u->room = room;
	}
	uint8_t *copy = malloc(h->len);
	if (copy == NULL)
		return OUTCOME_UNPACK_NO_MEMORY;
	memcpy(copy, data, h->len);
	u->shared[u->count++] = (struct shared){(enum pack_record)h->kind, copy};
	return s == NULL || fix_record(u, copy, s) ? OUTCOME_UNPACK_ON : OUTCOME_UNPACK_BROKEN;
}

enum outcome_unpacked
outcome_unpack(struct outcome_unpacker *u, uint8_t *data, size_t len, size_t *used,
	       const struct outcome **o)
{
	const struct pack_header *h = (const void *)data;

	*used = sizeof(*h);
	if (len < sizeof(*h))
		return OUTCOME_UNPACK_MORE;
	*used = h->len;
	if (h->len <= sizeof(*h) || h->len % OUTCOME_PACK_ALIGN != 0)
		return OUTCOME_UNPACK_BROKEN;
	if (len < h->len)
		return OUTCOME_UNPACK_MORE;
	if (data[h->len - 1] != 0)
		return OUTCOME_UNPACK_BROKEN;
	switch (h->kind) {
	case PACK_RECORD_OUTCOME:
		if (!fix_record(u, data, &pack_outcome))
			return OUTCOME_UNPACK_BROKEN;
		((struct outcome *)(void *)(data + sizeof(*h)))->copied = true;
		*o = (const void *)(data + sizeof(*h));
		return OUTCOME_UNPACKED;
	case PACK_RECORD_TEXT:
	case PACK_RECORD_CERTIFICATE:
	case PACK_RECORD_REQUEST:
		return keep(u, data, h);
	case PACK_RECORD_FORGET:
		forget(u);
		return OUTCOME_UNPACK_ON;
	default:
		return OUTCOME_UNPACK_BROKEN;
	}
}
