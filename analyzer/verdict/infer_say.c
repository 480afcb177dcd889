/*
 * infer_say.c - the sentences in which infer*.c names the sizes it rests on. See infer_parts.h.
 * Each session of TLS 1.3 has several of them; they need no more of printf than this.
 */
#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "analyzer/verdict/infer_parts.h"

/* Text that ends where it has no more room. */
struct basis {
	char *text;
	size_t len;
};

static void
put(struct basis *to, const char *text, size_t len)
{
	size_t room = INFER_BASIS_MAX - 1 - to->len;

	len = len < room ? len : room;
	memcpy(to->text + to->len, text, len);
	to->len += len;
}

static void
put_number(struct basis *to, unsigned n)
{
	char digits[10], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	put(to, p, (size_t)(digits + sizeof(digits) - p));
}

void
infer_say(char basis[static INFER_BASIS_MAX], const char *format, ...)
{
	struct basis to = {.text = basis};
	const char *p = format, *open;
	va_list args;

	va_start(args, format);
	for (; (open = strchr(p, '%')) != NULL; p = open + 2) {
		put(&to, p, (size_t)(open - p));
		assert(open[1] == 'u' || open[1] == 's'); /* our own sentences */
		if (open[1] == 'u') {
			put_number(&to, va_arg(args, unsigned));
		} else {
			const char *text = va_arg(args, const char *);
			put(&to, text, strlen(text));
		}
	}
	va_end(args);
	put(&to, p, strlen(p));
	basis[to.len] = '\0';
}
