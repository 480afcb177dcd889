/*
 * fuzz_x509_time.c - any bytes as the contents of UTCTime and GeneralizedTime, and as an element.
 */
#include "dissectors/x509/time.h"

#include <assert.h>

/* Years 0000 to 9999 and a zone offset of less than a day. */
static const int64_t first = -62167219200 - 86400, last = 253402300799 + 86400;

static void
check(struct bytes element)
{
	struct cursor in = cursor_init(element, 0);
	int64_t t = x509_time(&in, "time");

	assert((t == X509_TIME_NONE) == !cursor_ok(&in));
	assert(t == X509_TIME_NONE || (t >= first && t <= last));
	assert(cursor_ok(&in) || in.fail_at <= element.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t element[64] = {23};

	check(bytes_of(data, size));
	if (size > sizeof element - 2)
		return 0;
	element[1] = (uint8_t)size;
	if (size > 0)
		memcpy(element + 2, data, size);
	check(bytes_of(element, size + 2));
	element[0] = 24;
	check(bytes_of(element, size + 2));
	return 0;
}
