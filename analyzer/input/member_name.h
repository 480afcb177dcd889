/*
 * member_name.h - what a member of an archive is called: "outer.zip!dir/inner.pcap".
 * Used by unpack.c. A name in an archive is bytes that anyone chose; what comes out is text.
 */
#ifndef ANALYZER_INPUT_MEMBER_NAME_H
#define ANALYZER_INPUT_MEMBER_NAME_H

#include <stddef.h>

enum { MEMBER_NAME_MAX = 1024 }; /* bytes of a member's own name; the rest is left out */

/* Valid UTF-8 as it is; control characters and bytes that are no UTF-8 as \xNN. The caller frees.
 * NULL: out of memory. */
char *member_name(const char *outer, const char *name);

#endif
