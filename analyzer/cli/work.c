/*
 * work.c - see work.h.
 */
#include "analyzer/cli/work.h"

#include "analyzer/cli/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SHARES = 4 }; /* larger than 1 / (SHARES * jobs) of all bytes: comes first */

static void
look_at(struct work_unit *u, struct input in)
{
	struct identity_stat stat;

	*u = (struct work_unit){.path = in.path, .named = in.named};
	u->is_file = identity_stat(in.path, &stat);
	u->size = u->is_file ? stat.size : 0;
	u->abs_path = realpath(in.path, NULL);
	if (u->abs_path == NULL)
		u->abs_path = memory_copy(in.path);
}

static int
by_abs_path(const void *a, const void *b)
{
	const struct work_unit *x = *(struct work_unit *const *)a;
	const struct work_unit *y = *(struct work_unit *const *)b;
	int order = strcmp(x->abs_path, y->abs_path);

	return order != 0 ? order : (x > y) - (x < y);
}

/* Files that were named before are done with. */
static void
drop_repeated(struct work *w)
{
	struct work_unit **sorted = memory_resize(NULL, w->count, sizeof(struct work_unit *));
	struct work_unit *first = NULL;

	for (size_t i = 0; i < w->count; i++)
		sorted[i] = &w->units[i];
	if (w->count > 0)
		qsort(sorted, w->count, sizeof(struct work_unit *), by_abs_path);
	for (size_t i = 0; i < w->count; i++) {
		struct work_unit *u = sorted[i];
		if (first == NULL || !u->is_file || strcmp(first->abs_path, u->abs_path) != 0) {
			first = u;
			continue;
		}
		first->named |= u->named;
		u->known = true;
	}
	free(sorted);
}

void
work_fill(struct work *w, const struct inputs *in)
{
	*w = (struct work){.count = inputs_count(in)};
	w->units = memory_resize(NULL, w->count, sizeof(*w->units));
	for (size_t i = 0; i < w->count; i++)
		look_at(&w->units[i], inputs_get(in, i));
	drop_repeated(w);
}

static void
add_to_order(struct work *w, uint64_t from, uint64_t below)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct work_unit *u = &w->units[i];
		if (!u->known && !u->joined && u->size >= from && u->size < below)
			w->order[w->n_order++] = i;
	}
}

size_t
work_left(const struct work *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++)
		n += w->units[i].known || w->units[i].joined ? 0 : 1;
	return n;
}

void
work_arrange(struct work *w, size_t jobs)
{
	uint64_t large = UINT64_MAX;

	w->order = memory_resize(NULL, w->count, sizeof(*w->order));
	for (size_t i = 0; i < w->count; i++) {
		const struct work_unit *u = &w->units[i];
		w->bytes += u->known || u->joined ? 0 : u->size;
		if (u->known || u->joined)
			work_over(w, i);
	}
	if (jobs > 1)
		large = w->bytes / (SHARES * jobs) + 1;
	add_to_order(w, large, UINT64_MAX);
	add_to_order(w, 0, large);
}

bool
work_take(struct work *w, size_t *unit)
{
	if (w->next == w->n_order)
		return false;
	*unit = w->order[w->next++];
	return true;
}

void
work_over(struct work *w, size_t unit)
{
	w->units[unit].over = true;
	while (w->over < w->count && w->units[w->over].over)
		w->over++;
}

void
work_finish(struct work *w)
{
	for (size_t i = 0; i < w->count; i++) {
		free(w->units[i].abs_path);
		free(w->units[i].ids);
		free(w->units[i].parts);
	}
	free(w->units);
	free(w->order);
	*w = (struct work){0};
}
