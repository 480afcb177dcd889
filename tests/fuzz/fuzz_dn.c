/*
 * fuzz_dn.c - any bytes as a Name; if they are none, as the value of an attribute of each string
 * type. The text is valid UTF-8 without controls below space.
 */
#include "dissectors/x509/dn.h"

#include <assert.h>

#include "dissectors/x509/text.h"

enum { TEXT_MAX = 1 << 15, VALUE_MAX = 100 };

static void
check(struct bytes name)
{
	static char text[TEXT_MAX], exact[TEXT_MAX];
	bool malformed;
	size_t len = x509_dn_text(name, text, sizeof text, &malformed), n;
	struct cursor in = cursor_init(name, 0);

	x509_dn_view(&in, "name");
	assert(malformed ? !cursor_end(&in, "all") : true);
	if (len >= sizeof text) {
		assert(text[0] == '\0');
		return;
	}
	assert(text[len] == '\0');
	for (size_t i = 0; i < len; i += n) {
		n = x509_utf8_length(bytes_of(text + i, len - i));
		assert(n > 0 && (uint8_t)text[i] >= ' ');
	}
	assert(x509_dn_text(name, exact, len + 1, NULL) == len);
	assert(memcmp(text, exact, len + 1) == 0);
	assert(x509_dn_text(name, exact, len, NULL) == len);
	assert(len == 0 || exact[0] == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t tags[] = {12, 18, 19, 20, 22, 26, 28, 30, 4};
	uint8_t n = (uint8_t)(size < VALUE_MAX ? size : VALUE_MAX);

	check(bytes_of(data, size));
	for (size_t i = 0; i < sizeof tags; i++) {
		static const uint8_t cn[] = {6, 3, 0x55, 4, 3};
		uint8_t whole[13 + VALUE_MAX] = {0x30, (uint8_t)(n + 11), 0x31, (uint8_t)(n + 9),
						 0x30, (uint8_t)(n + 7)};
		memcpy(whole + 6, cn, sizeof cn);
		whole[11] = tags[i];
		whole[12] = n;
		if (n > 0)
			memcpy(whole + 13, data, n);
		check(bytes_of(whole, 13u + n));
	}
	return 0;
}
