/*
 * format.c - file formats by their first bytes.
 * Called by source.c and unpack.c. Nothing but the bytes counts: names and suffixes lie.
 */
#include "analyzer/input/format.h"

#include <stdint.h>
#include <stdio.h>

#include "analyzer/input/problem.h"

static const struct {
	size_t offset;
	const char *magic;
	size_t len;
	enum format_kind kind;
	const char *name;
} formats[] = {
#define FORMAT(offset, magic, len, kind, name) {offset, magic, len, kind, name},
#include "analyzer/input/formats.def"
};

enum format_kind
format_of(struct bytes start, const char **name)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		struct bytes in = start;
		if (in.len < formats[i].offset + formats[i].len)
			continue;
		bytes_take(&in, formats[i].offset);
		if (memcmp(in.data, formats[i].magic, formats[i].len) == 0) {
			*name = formats[i].name;
			return formats[i].kind;
		}
	}
	*name = NULL;
	return FORMAT_UNKNOWN;
}

bool
format_is_packed(enum format_kind kind)
{
	return kind >= FORMAT_GZIP && kind <= FORMAT_7ZIP;
}

/* The first line of a text, a few bytes of anything else. */
static size_t
quote_len(struct bytes start)
{
	enum { TEXT = 24, BINARY = 8 };
	size_t n = 0;
	while (n < start.len && n < TEXT && start.data[n] != '\n' && start.data[n] != '\r') {
		if (start.data[n] < 0x20 && start.data[n] != '\t')
			return start.len < BINARY ? start.len : BINARY;
		n++;
	}
	if (n == 0)
		return start.len < BINARY ? start.len : BINARY;
	return n;
}

void
format_refusal(enum format_kind kind, const char *name, struct bytes start, char *text, size_t size)
{
	char quote[4 * 24 + 1];
	switch (kind) {
	case FORMAT_GZIP:
	case FORMAT_ZSTD:
	case FORMAT_COMPRESSED:
	case FORMAT_TAR:
	case FORMAT_ZIP:
	case FORMAT_7ZIP:
		snprintf(text, size, "%s data, not a capture", name);
		break;
	case FORMAT_SEALED:
		snprintf(text, size, "packed by %s, which is not read; unpack it first", name);
		break;
	case FORMAT_OTHER:
		snprintf(text, size,
			 "a capture in %s format, which is not read; convert it with "
			 "editcap -F pcapng IN OUT",
			 name);
		break;
	default:
		problem_escape(start.data, quote_len(start), quote, sizeof quote);
		snprintf(
		    text, size,
		    "not a capture (starts with \"%s\"). Expected pcap, pcapng, or an archive of "
		    "them",
		    quote);
	}
}
