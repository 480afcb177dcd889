/*
 * fuzz_cursor.c - any sequence of reads over any bytes: the first half is the program, the second
 * is read.
 */
#include "dissectors/wire/cursor.h"

#include <stdlib.h>

/* Not assert(): it must hold in release builds, too. */
static void
check(bool condition)
{
	if (!condition)
		abort();
}

/* Nested vectors: a program of child views, as parsers use them. */
static void
step(struct cursor *c, uint8_t op)
{
	struct bytes view = {0};

	switch (op % 12) {
	case 0:
		cursor_u8(c, "u8");
		break;
	case 1:
		cursor_u16(c, "u16");
		break;
	case 2:
		cursor_u24(c, "u24");
		break;
	case 3:
		cursor_u32(c, "u32");
		break;
	case 4:
		cursor_u64(c, "u64");
		break;
	case 5:
		cursor_u16le(c, "u16le");
		break;
	case 6:
		cursor_u32le(c, "u32le");
		break;
	case 7:
		cursor_u64le(c, "u64le");
		break;
	case 8:
		view = cursor_bytes(c, op, "bytes");
		break;
	case 9:
		view = cursor_vec(c, 1u + op % 3, "vec");
		break;
	case 10:
		cursor_skip(c, op / 12, "skip");
		break;
	default:
		view = op > 250 ? cursor_rest(c) : cursor_vec(c, 1, "vec");
		break;
	}
	struct cursor child = cursor_child(c, view);
	while (cursor_more(&child))
		cursor_vec(&child, 1, "item");
	if (op & 0x80)
		cursor_adopt(c, &child);
	check(c->pos <= c->len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t half = size / 2;
	struct cursor c = cursor_init(bytes_of(data + half, size - half), 1000);

	for (size_t i = 0; i < half; i++)
		step(&c, data[i]);
	bool ok = cursor_end(&c, "all");
	check(ok == (c.failure == CURSOR_OK));
	check(ok || (c.field != NULL && c.fail_at >= 1000 && c.fail_at <= 1000 + c.len));
	return 0;
}
