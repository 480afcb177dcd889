/*
 * bus_guard.h - survive SIGBUS where a file is mapped.
 * Below mapping.c. A page of a mapped file that the kernel cannot provide (the file was cut short,
 * its disk fails) is such a signal. Inside a guarded range the page then reads as zeros, and the
 * range remembers it. Any other SIGBUS does what it did before.
 */
#ifndef ANALYZER_INPUT_BUS_GUARD_H
#define ANALYZER_INPUT_BUS_GUARD_H

#include <stdbool.h>
#include <stddef.h>

struct bus_guard;

/* Guard a range that is mapped; its pages may be replaced from now on. NULL: too many ranges, or
 * the signal cannot be caught. */
struct bus_guard *bus_guard_add(const void *start, size_t len);
/* The range begins later now: before what lies in front of it is unmapped. */
void bus_guard_shrink(struct bus_guard *g, const void *start);
/* Is a page of it not the file's? To be asked by the thread that looked at it. */
bool bus_guard_hit(const struct bus_guard *g);
/* Before the range is unmapped. NULL: nothing. */
void bus_guard_remove(struct bus_guard *g);

#endif
