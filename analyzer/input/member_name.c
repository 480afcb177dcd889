/*
 * member_name.c - what a member of an archive is called. See member_name.h.
 */
#include "analyzer/input/member_name.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissectors/x509/text.h"

/* Length of the character that b starts with, 0 when it is not one to be shown. */
static size_t
plain_length(struct bytes b)
{
	size_t n = x509_utf8_length(b);
	bool control = b.data[0] < 0x20 || b.data[0] == 0x7f ||
		       (n == 2 && b.data[0] == 0xc2 && b.data[1] < 0xa0);
	return control ? 0 : n;
}

char *
member_name(const char *outer, const char *name)
{
	size_t len = strnlen(name, MEMBER_NAME_MAX), size = strlen(outer) + 4 * len + 2;
	struct bytes rest = bytes_of(name, len);
	char *out = malloc(size);
	if (out == NULL)
		return NULL;
	size_t at = (size_t)snprintf(out, size, "%s!", outer);
	while (rest.len > 0) {
		size_t n = plain_length(rest);
		struct bytes one = bytes_take(&rest, n > 0 ? n : 1);
		if (n > 0)
			memcpy(out + at, one.data, n);
		else
			snprintf(out + at, size - at, "\\x%02x", one.data[0]);
		at += n > 0 ? n : 4;
	}
	out[at] = '\0';
	return out;
}
