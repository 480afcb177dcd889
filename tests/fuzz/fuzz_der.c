/*
 * fuzz_der.c - any bytes as DER, entered to any depth the input asks for, up to a limit of its own.
 */
#include "dissectors/x509/der.h"

#include <assert.h>

enum { DEPTH_MAX = 64 };

static void
walk(struct cursor *in, unsigned depth)
{
	while (cursor_more(in)) {
		struct cursor copy = *in, list = *in, start = *in;
		int tag = der_peek(in);
		struct der d;

		der_unsigned(&copy, "number");
		copy = *in;
		der_oid(&copy, "oid");
		copy = *in;
		der_bit_string(&copy, NULL, "bits");
		copy = *in;
		der_boolean(&copy, "boolean");
		if (!der_next(in, &d, "element"))
			return;
		assert(tag == (int)d.tag);
		assert(d.whole.data == start.data + start.pos && d.whole.len > d.value.len);
		assert(d.value.data + d.value.len == d.whole.data + d.whole.len ||
		       d.value.len == 0);
		list = der_enter_cut(&start, d.tag, "list");
		assert(cursor_ok(&list) && cursor_left(&list) == d.value.len);
		if (d.tag & DER_CONSTRUCTED && depth < DEPTH_MAX)
			walk(&list, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor in = cursor_init(bytes_of(data, size), 1000);

	walk(&in, 0);
	cursor_end(&in, "all");
	assert(cursor_ok(&in) || (in.fail_at >= 1000 && in.fail_at <= 1000 + size));
	return 0;
}
