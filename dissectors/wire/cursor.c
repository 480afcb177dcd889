/*
 * cursor.c - the bounds check of every read, in one place.
 * See cursor.h for the contract.
 */
#include "dissectors/wire/cursor.h"

struct cursor
cursor_init(struct bytes in, uint64_t at)
{
	return (struct cursor){.data = in.data, .len = in.len, .at = at};
}

static bool
fail(struct cursor *c, enum cursor_failure why, const char *field, size_t needed)
{
	if (c->failure == CURSOR_OK) {
		c->failure = why;
		c->field = field;
		c->fail_at = c->at + c->pos;
		c->needed = needed;
		c->left = c->len - c->pos;
	}
	return false;
}

/* The next n bytes, or NULL; the only place where packet memory is addressed. */
static const uint8_t *
take(struct cursor *c, size_t n, const char *field)
{
	if (c->failure != CURSOR_OK)
		return NULL;
	if (n > c->len - c->pos) {
		fail(c, CURSOR_SHORT, field, n);
		return NULL;
	}
	const uint8_t *p = c->data + c->pos;
	c->pos += n;
	return p;
}

static uint64_t
take_big(struct cursor *c, unsigned n, const char *field)
{
	const uint8_t *p = take(c, n, field);
	uint64_t v = 0;

	for (unsigned i = 0; p != NULL && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static uint64_t
take_little(struct cursor *c, unsigned n, const char *field)
{
	const uint8_t *p = take(c, n, field);
	uint64_t v = 0;

	for (unsigned i = n; p != NULL && i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
}

uint8_t
cursor_u8(struct cursor *c, const char *field)
{
	return (uint8_t)take_big(c, 1, field);
}

uint16_t
cursor_u16(struct cursor *c, const char *field)
{
	return (uint16_t)take_big(c, 2, field);
}

uint32_t
cursor_u24(struct cursor *c, const char *field)
{
	return (uint32_t)take_big(c, 3, field);
}

uint32_t
cursor_u32(struct cursor *c, const char *field)
{
	return (uint32_t)take_big(c, 4, field);
}

uint64_t
cursor_u64(struct cursor *c, const char *field)
{
	return take_big(c, 8, field);
}

uint16_t
cursor_u16le(struct cursor *c, const char *field)
{
	return (uint16_t)take_little(c, 2, field);
}

uint32_t
cursor_u32le(struct cursor *c, const char *field)
{
	return (uint32_t)take_little(c, 4, field);
}

uint64_t
cursor_u64le(struct cursor *c, const char *field)
{
	return take_little(c, 8, field);
}

struct bytes
cursor_bytes(struct cursor *c, size_t n, const char *field)
{
	const uint8_t *p = take(c, n, field);

	return p == NULL ? (struct bytes){0} : (struct bytes){.data = p, .len = n};
}

struct bytes
cursor_vec(struct cursor *c, unsigned prefix, const char *field)
{
	size_t n = (size_t)take_big(c, prefix, field);

	return cursor_bytes(c, n, field);
}

struct bytes
cursor_rest(struct cursor *c)
{
	return cursor_bytes(c, cursor_left(c), "rest");
}

void
cursor_skip(struct cursor *c, size_t n, const char *field)
{
	take(c, n, field);
}

struct cursor
cursor_child(const struct cursor *parent, struct bytes view)
{
	struct cursor child = cursor_init(view, parent->at);

	if (view.data != NULL && parent->data != NULL)
		child.at += (uint64_t)(view.data - parent->data);
	cursor_adopt(&child, parent);
	return child;
}

void
cursor_adopt(struct cursor *parent, const struct cursor *child)
{
	if (parent->failure != CURSOR_OK || child->failure == CURSOR_OK)
		return;
	parent->failure = child->failure;
	parent->field = child->field;
	parent->fail_at = child->fail_at;
	parent->needed = child->needed;
	parent->left = child->left;
}

bool
cursor_fail(struct cursor *c, const char *field)
{
	return fail(c, CURSOR_VALUE, field, 0);
}

bool
cursor_end(struct cursor *c, const char *field)
{
	if (c->failure == CURSOR_OK && c->pos < c->len)
		fail(c, CURSOR_LEFTOVER, field, 0);
	return c->failure == CURSOR_OK;
}
