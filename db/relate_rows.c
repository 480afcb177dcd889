/*
 * relate_rows.c - relations.def as data, and the conditions of its rows that no trait can say.
 */
#include "db/relate_impl.h"

const struct relate_row relate_rows[RELATE_ROWS] = {
#define RELATION(row, ...) {.name = #row, __VA_ARGS__},
#include "db/relations.def"
#undef RELATION
};

const struct relate_traits relate_succeeded = {.all = TRAIT(GOT_IN), .none = TRAIT(DROPPED_LATER)};

/* It had not come back without a certificate before. */
bool
relate_not_without_before(struct relate_run *run, uint32_t session, uint32_t other, bool *stays)
{
	size_t first = run->first_hit[RELATE_ROW_came_back_without];
	size_t low = first, high = run->first_hit[RELATE_ROW_came_back_without + 1];
	size_t end = high;

	while (low < high) { /* takers come in the order of sessions */
		size_t middle = low + (high - low) / 2;

		if (run->hits[middle].session < session)
			low = middle + 1;
		else
			high = middle;
	}
	*stays = true;
	for (; low < end && run->hits[low].session == session; low++)
		if (run->hits[low].began < relate_session(run, other)->started_ns)
			*stays = false;
	return true;
}
