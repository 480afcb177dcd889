/*
 * work_join.c - which files of a run are parts of one capture. See work.h; the rule is
 * rotation.h's. Only files that share a folder and a pattern of names are looked at, each once.
 */
#include "analyzer/cli/work.h"

#include "analyzer/cli/memory.h"
#include "analyzer/input/rotation.h"

#include <stdlib.h>
#include <string.h>

struct candidate {
	size_t unit;
	const char *abs_path;
	size_t folder; /* its length in abs_path */
	struct rotation_name name;
	struct rotation_extent extent;
	bool good; /* its extent is known */
};

static int
by_folder(const struct candidate *a, const struct candidate *b)
{
	size_t n = a->folder < b->folder ? a->folder : b->folder;
	int order = memcmp(a->abs_path, b->abs_path, n);

	return order != 0 ? order : (a->folder > b->folder) - (a->folder < b->folder);
}

static int
by_pattern(const struct candidate *a, const struct candidate *b)
{
	int order = by_folder(a, b);

	if (order == 0)
		order = (a->name.kind > b->name.kind) - (a->name.kind < b->name.kind);
	return order != 0 ? order : strcmp(a->name.key, b->name.key);
}

static int
by_number(const void *x, const void *y)
{
	const struct candidate *a = x, *b = y;
	int order = by_pattern(a, b);

	if (order == 0)
		order = (a->name.number > b->name.number) - (a->name.number < b->name.number);
	return order != 0 ? order : strcmp(a->abs_path, b->abs_path);
}

static size_t
list(const struct work *w, struct candidate *out)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++) {
		const struct work_unit *u = &w->units[i];
		const char *slash = strrchr(u->abs_path, '/');
		struct candidate *c = &out[n];
		if (u->known || !u->is_file || slash == NULL || !rotation_name(slash + 1, &c->name))
			continue;
		c->unit = i;
		c->abs_path = u->abs_path;
		c->folder = (size_t)(slash - u->abs_path);
		n++;
	}
	return n;
}

/* A ring begins at its oldest part: numbers have begun anew where times go back. */
static void
turn(struct candidate *c, size_t n)
{
	size_t start = 0;

	for (size_t i = 1; i < n; i++)
		if (c[i].extent.first_ns != 0 && c[i].extent.first_ns < c[i - 1].extent.first_ns)
			start = i;
	if (start == 0)
		return;
	struct candidate *copy = memory_resize(NULL, n, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = c[(start + i) % n];
	memcpy(c, copy, n * sizeof(*c));
	free(copy);
}

/* c[0, n) are one capture. */
static void
join(struct work *w, const struct candidate *c, size_t n)
{
	struct work_unit *first = &w->units[c[0].unit];

	first->parts = memory_resize(NULL, n, sizeof(*first->parts));
	first->n_parts = n;
	for (size_t i = 0; i < n; i++) {
		struct work_unit *u = &w->units[c[i].unit];
		first->parts[i] = c[i].unit;
		first->named |= u->named;
		u->joined = i > 0;
		first->size += i > 0 ? u->size : 0;
	}
}

static bool
follows(const struct candidate *a, const struct candidate *b, int64_t last_ns)
{
	return a->good && b->good &&
	       rotation_follows(&a->name, &a->extent, last_ns, &b->name, &b->extent);
}

/* Files of one pattern: those that follow one another are joined. */
static void
join_pattern(struct work *w, struct candidate *c, size_t n)
{
	int64_t last_ns = 0;

	for (size_t i = 0; i < n; i++)
		c[i].good = rotation_look(w->units[c[i].unit].path, &c[i].extent);
	turn(c, n);
	for (size_t from = 0, i = 0; i < n; i++) {
		if (c[i].extent.last_ns > last_ns || i == from)
			last_ns = c[i].extent.last_ns;
		if (i + 1 < n && follows(&c[i], &c[i + 1], last_ns))
			continue;
		if (i > from)
			join(w, c + from, i + 1 - from);
		from = i + 1;
	}
}

/* Nothing has changed since they were joined. */
static bool
all_joined(const struct work *w, const struct candidate *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!w->units[c[i].unit].unchanged || !w->units[c[i].unit].of_part)
			return false;
	return true;
}

void
work_join(struct work *w)
{
	struct candidate *c = memory_resize(NULL, w->count, sizeof(*c));
	size_t n = list(w, c), next;

	if (n > 0)
		qsort(c, n, sizeof(*c), by_number);
	for (size_t i = 0; i < n; i = next) {
		for (next = i + 1; next < n && by_pattern(&c[i], &c[next]) == 0;)
			next++;
		if (next - i > 1 && !all_joined(w, c + i, next - i))
			join_pattern(w, c + i, next - i);
	}
	free(c);
}
