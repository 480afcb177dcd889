/*
 * outcome_pack.c - a record is a struct with its pointers made offsets, and what they point to.
 * See outcome_pack.h. Which members point to what is in outcome_pointers.c.
 *
 * A pointer is packed as 0 (NULL), as an odd number (2 * index + 1 of a shared thing), or as twice
 * the offset in its record.
 */
#include "analyzer/outcome_pack_impl.h"

#include <stdlib.h>
#include <string.h>

struct outcome_packer {
	uint8_t *data;
	size_t len, room;
	struct pack_shared shared;
	size_t shared_bytes;
};

struct outcome_packer *
outcome_packer_create(void)
{
	return calloc(1, sizeof(struct outcome_packer));
}

void
outcome_packer_destroy(struct outcome_packer *p)
{
	if (p == NULL)
		return;
	free(p->data);
	pack_shared_finish(&p->shared);
	free(p);
}

uint8_t *
outcome_packer_bytes(struct outcome_packer *p, size_t *len)
{
	*len = p->len;
	return p->data;
}

void
outcome_packer_drain(struct outcome_packer *p)
{
	p->len = 0;
}

void
outcome_packer_seal(struct outcome_packer *p)
{
	pack_shared_finish(&p->shared);
	if (p->len == 0) {
		free(p->data);
		p->data = NULL;
		p->room = 0;
		return;
	}
	uint8_t *fitting = realloc(p->data, p->len);
	if (fitting != NULL) {
		p->data = fitting;
		p->room = p->len;
	}
}

size_t
outcome_packer_memory(const struct outcome_packer *p)
{
	return p->room + pack_shared_memory(&p->shared);
}

/* --- packing ------------------------------------------------------------------------------------
 */

/* n bytes at the next multiple of align; NULL bytes are zero. *at is where. */
static bool
append(struct outcome_packer *p, const void *bytes, size_t n, size_t align, size_t *at)
{
	size_t pad = -p->len & (align - 1);

	if (n > SIZE_MAX / 2 || !pack_reserve(&p->data, p->len, &p->room, pad + n))
		return false;
	memset(p->data + p->len, 0, pad);
	p->len += pad;
	*at = p->len;
	if (bytes != NULL && n > 0)
		memcpy(p->data + p->len, bytes, n);
	else
		memset(p->data + p->len, 0, n);
	p->len += n;
	return true;
}

static bool
begin_record(struct outcome_packer *p, enum pack_record kind, size_t *record)
{
	const struct pack_header h = {.kind = kind};

	return append(p, &h, sizeof(h), OUTCOME_PACK_ALIGN, record);
}

/* A record ends with at least one zero byte, so that every text in it ends. */
static bool
end_record(struct outcome_packer *p, size_t record)
{
	size_t at;

	if (!append(p, NULL, 1, 1, &at) || !append(p, NULL, 0, OUTCOME_PACK_ALIGN, &at))
		return false;
	((struct pack_header *)(p->data + record))->len = p->len - record;
	return true;
}

static uintptr_t
pointer_at(const uint8_t *member)
{
	uintptr_t v;

	memcpy(&v, member, sizeof(v));
	return v;
}

static size_t
count_at(const uint8_t *in, const struct pack_pointer *r)
{
	size_t n;

	memcpy(&n, in + r->count_at, sizeof(n));
	return n;
}

static bool share_struct(struct outcome_packer *p, const uint8_t *from,
			 const struct pack_struct *s);
static bool put_struct(struct outcome_packer *p, size_t record, const void *from,
		       const struct pack_struct *s);

static bool
share_text(struct outcome_packer *p, const char *text)
{
	size_t len = strlen(text) + 1, record, at;
	uint32_t index;
	bool made;

	if (!pack_shared_index(&p->shared, PACK_RECORD_TEXT, text, len, &index, &made))
		return false;
	p->shared_bytes += made ? len : 0;
	return !made || (begin_record(p, PACK_RECORD_TEXT, &record) &&
			 append(p, text, len, 1, &at) && end_record(p, record));
}

static bool
share_certificate(struct outcome_packer *p, const struct outcome_certificate *c)
{
	struct outcome_certificate copy = *c;
	size_t before = p->len, record;
	uint32_t index;
	bool made;

	copy.store_id = 0;
	copy.store_generation = 0;
	copy.checks = 0;
	if (!pack_shared_index(&p->shared, PACK_RECORD_CERTIFICATE, c->sha256, sizeof(c->sha256),
			       &index, &made))
		return false;
	if (!made)
		return true;
	bool good = begin_record(p, PACK_RECORD_CERTIFICATE, &record) &&
		    put_struct(p, record, &copy, &pack_certificate) && end_record(p, record);
	p->shared_bytes += p->len - before;
	return good;
}

/* Its items stand in another record: what the row for sessions calls a pointer. */
static const struct outcome_request *
request_of(const uint8_t *items_member)
{
	return (const void *)(items_member - offsetof(struct outcome_request, items));
}

static bool
share_request(struct outcome_packer *p, const struct outcome_request *r)
{
	size_t before, record;
	uint32_t index;
	bool made;

	/* its texts come before it, in the order of the numbers as well */
	if (pack_shared_has(&p->shared, PACK_RECORD_REQUEST, r->digest, sizeof(r->digest)))
		return true;
	if (!share_struct(p, (const void *)r, &pack_request) ||
	    !pack_shared_index(&p->shared, PACK_RECORD_REQUEST, r->digest, sizeof(r->digest),
			       &index, &made))
		return false;
	before = p->len;
	bool good = begin_record(p, PACK_RECORD_REQUEST, &record) &&
		    put_struct(p, record, r, &pack_request) && end_record(p, record);
	p->shared_bytes += p->len - before;
	return good;
}

static bool
share_array(struct outcome_packer *p, const uint8_t *items, size_t n, const struct pack_struct *s)
{
	bool good = true;

	for (size_t i = 0; good && i < n; i++)
		good = share_struct(p, items + i * s->size, s);
	return good;
}

/* Everything that the struct refers to gets its own record first, where it has none yet. */
static bool
share_struct(struct outcome_packer *p, const uint8_t *from, const struct pack_struct *s)
{
	bool good = true;

	for (size_t i = 0; good && i < s->n_pointers; i++) {
		const struct pack_pointer *r = &s->pointers[i];
		const void *to = (const void *)pointer_at(from + r->at);

		if (to == NULL)
			continue;
		if (r->kind == PACK_SHARED_TEXT)
			good = share_text(p, to);
		else if (r->kind == PACK_CERTIFICATE)
			good = share_certificate(p, to);
		else if (r->kind == PACK_REQUEST)
			good = share_request(p, request_of(from + r->at));
		else if (r->kind == PACK_ARRAY)
			good = share_array(p, to, count_at(from, r), r->of);
	}
	return good;
}

/* The packed form of a pointer to something that share_struct has seen. */
static bool
reference(struct outcome_packer *p, enum pack_record kind, const void *key, size_t len,
	  uintptr_t *v)
{
	uint32_t index;
	bool made;

	if (!pack_shared_index(&p->shared, kind, key, len, &index, &made))
		return false;
	*v = (uintptr_t)index * 2 + 1;
	return true;
}

static bool put_pointers(struct outcome_packer *p, size_t record, size_t at, const uint8_t *from,
			 const struct pack_struct *s);

static bool
put_array(struct outcome_packer *p, size_t record, const uint8_t *from, size_t n,
	  const struct pack_struct *s, size_t *at)
{
	bool good = append(p, from, n * s->size, sizeof(uint64_t), at);

	for (size_t i = 0; good && i < n; i++)
		good = put_pointers(p, record, *at + i * s->size, from + i * s->size, s);
	return good;
}

static bool
put_pointer(struct outcome_packer *p, size_t record, const uint8_t *from,
	    const struct pack_pointer *r, uintptr_t *v)
{
	const void *to = (const void *)pointer_at(from + r->at);
	size_t at = record;
	bool good = true;

	*v = 0;
	if (to == NULL)
		return true;
	switch (r->kind) {
	case PACK_SHARED_TEXT:
		return reference(p, PACK_RECORD_TEXT, to, strlen(to) + 1, v);
	case PACK_CERTIFICATE:
		return reference(p, PACK_RECORD_CERTIFICATE,
				 ((const struct outcome_certificate *)to)->sha256, 32, v);
	case PACK_REQUEST:
		return reference(p, PACK_RECORD_REQUEST, request_of(from + r->at)->digest, 16, v);
	case PACK_TEXT:
		good = append(p, to, strlen(to) + 1, 1, &at);
		break;
	case PACK_RANDOM:
		good = append(p, to, PACK_RANDOM_LEN, 1, &at);
		break;
	case PACK_BYTES:
		good = append(p, to, count_at(from, r), 1, &at);
		break;
	case PACK_ARRAY:
		good = put_array(p, record, to, count_at(from, r), r->of, &at);
		break;
	}
	*v = (at - record) * 2;
	return good;
}

/* What the struct packed at `at`, copied from `from`, points to; and its pointers made offsets. */
static bool
put_pointers(struct outcome_packer *p, size_t record, size_t at, const uint8_t *from,
	     const struct pack_struct *s)
{
	for (size_t i = 0; i < s->n_pointers; i++) {
		uintptr_t v;

		if (!put_pointer(p, record, from, &s->pointers[i], &v))
			return false;
		memcpy(p->data + at + s->pointers[i].at, &v, sizeof(v));
	}
	return true;
}

static bool
put_struct(struct outcome_packer *p, size_t record, const void *from, const struct pack_struct *s)
{
	size_t at;

	return append(p, from, s->size, sizeof(uint64_t), &at) &&
	       put_pointers(p, record, at, from, s);
}

static bool
pack(struct outcome_packer *p, const struct outcome *o)
{
	size_t record;

	if (p->shared.count > OUTCOME_PACK_SHARED_MAX ||
	    p->shared_bytes > OUTCOME_PACK_SHARED_BYTES) {
		pack_shared_forget(&p->shared);
		p->shared_bytes = 0;
		if (!begin_record(p, PACK_RECORD_FORGET, &record) || !end_record(p, record))
			return false;
	}
	return share_struct(p, (const void *)o, &pack_outcome) &&
	       begin_record(p, PACK_RECORD_OUTCOME, &record) &&
	       put_struct(p, record, o, &pack_outcome) && end_record(p, record);
}

bool
outcome_pack(struct outcome_packer *p, const struct outcome *o)
{
	size_t before = p->len;

	if (pack(p, o))
		return true;
	p->len = before;
	return false;
}
