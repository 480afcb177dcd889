/*
 * cursor.c - the bounds check of every read, in one place.
 * See cursor.h for the contract.
 */
#include "dissectors/wire/cursor.h"

bool
cursor_stick(struct cursor *c, enum cursor_failure why, const char *field, size_t needed)
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

static uint64_t
take_big(struct cursor *c, unsigned n, const char *field)
{
	const uint8_t *p = cursor_take(c, n, field);
	uint64_t v = 0;

	for (unsigned i = 0; p != NULL && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static uint64_t
take_little(struct cursor *c, unsigned n, const char *field)
{
	const uint8_t *p = cursor_take(c, n, field);
	uint64_t v = 0;

	for (unsigned i = n; p != NULL && i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
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
	return cursor_stick(c, CURSOR_VALUE, field, 0);
}

bool
cursor_end(struct cursor *c, const char *field)
{
	if (c->failure == CURSOR_OK && c->pos < c->len)
		cursor_stick(c, CURSOR_LEFTOVER, field, 0);
	return c->failure == CURSOR_OK;
}
