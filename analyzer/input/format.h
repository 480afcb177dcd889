/*
 * format.h - what a file is, by its first bytes, and how to say that it is not a capture.
 * Used by source.c and unpack.c when they open something. Rows are in formats.def.
 */
#ifndef ANALYZER_INPUT_FORMAT_H
#define ANALYZER_INPUT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "dissectors/wire/bytes.h"

enum format_kind {
	FORMAT_UNKNOWN,
	FORMAT_PCAP,
	FORMAT_PCAPNG,
	FORMAT_GZIP,
	FORMAT_ZSTD,
	FORMAT_COMPRESSED, /* in another way */
	FORMAT_TAR,
	FORMAT_ZIP,
	FORMAT_7ZIP,
	FORMAT_SEALED, /* packed in a way that is not read */
	FORMAT_OTHER,  /* a capture of a kind that is not read */
};

enum { FORMAT_PEEK = 262 }; /* bytes that decide */

/* *name is what people call it, NULL when unknown. `start` may be shorter than FORMAT_PEEK. */
enum format_kind format_of(struct bytes start, const char **name);
/* What unpack.h opens. */
bool format_is_packed(enum format_kind kind);
/* One line that says why a file of this kind is not read; for FORMAT_UNKNOWN quotes `start`. */
void format_refusal(enum format_kind kind, const char *name, struct bytes start, char *text,
		    size_t size);

#endif
