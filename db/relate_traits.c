/*
 * relate_traits.c - the traits of sessions, of which relate_traits.def has the conditions.
 * Called by relate.c first of all. Answers and conclusions are few: each is asked about once.
 */
#include "db/relate_impl.h"

#include <stdlib.h>

/* clang-format off */
/* A column for each trait, in the order of their bits. */
static const char answer_sql[] = "SELECT alert_code"
#define TRAIT_OF_ANSWER(trait, condition) ", " condition
#define TRAIT_OF_CONCLUSION(trait, condition)
#define TRAIT_OF_SESSION(trait, condition)
#define TRAIT_OF_PASS(trait)
#include "db/relate_traits.def"
#undef TRAIT_OF_ANSWER
#undef TRAIT_OF_CONCLUSION
    " FROM answer WHERE id = ?1";

static const char conclusion_sql[] = "SELECT NULL"
#define TRAIT_OF_ANSWER(trait, condition)
#define TRAIT_OF_CONCLUSION(trait, condition) ", " condition
#include "db/relate_traits.def"
#undef TRAIT_OF_CONCLUSION
#undef TRAIT_OF_SESSION
    " FROM conclusion WHERE id = ?1";

static uint64_t
of_session(const struct relate_session *s, const struct relate_ends *e)
{
	return 0
#define TRAIT_OF_CONCLUSION(trait, condition)
#define TRAIT_OF_SESSION(trait, condition) | ((condition) ? TRAIT(trait) : 0)
#include "db/relate_traits.def"
#undef TRAIT_OF_ANSWER
#undef TRAIT_OF_CONCLUSION
#undef TRAIT_OF_SESSION
#undef TRAIT_OF_PASS
	    ;
}
/* clang-format on */

static bool
ask(struct relate_run *run, struct relate_kind *k, const char *sql, unsigned first_bit, uint32_t id)
{
	bool none;

	*k = (struct relate_kind){0, -1};
	sqlite3_stmt *stmt = relate_ask(run->d, sql, id, 0);
	if (stmt == NULL || !relate_next(run->d, stmt, &none))
		return false;
	for (int i = 1; !none && i < sqlite3_column_count(stmt); i++)
		k->traits |= (uint64_t)(sqlite3_column_int(stmt, i) != 0)
			     << (first_bit + (unsigned)i - 1);
	if (!none && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		k->alert_code = sqlite3_column_int(stmt, 0);
	sqlite3_reset(stmt);
	return true;
}

/* *number: of this id, asked about when it is new. */
static bool
kind_of(struct relate_run *run, struct relate_kinds *kinds, uint32_t id, uint32_t *number)
{
	const struct relate_key key = {.a = id};
	uint32_t before = kinds->ids.count;
	bool answers = kinds == &run->answers;

	*number = relate_map_add(&kinds->ids, &key);
	if (*number == 0)
		return relate_no_memory(run);
	if (*number <= before)
		return true;
	if (*number > kinds->room) {
		size_t room = kinds->ids.size;
		struct relate_kind *all = reallocarray(kinds->all, room, sizeof(*all));

		if (all == NULL)
			return relate_no_memory(run);
		kinds->all = all;
		kinds->room = room;
	}
	return ask(run, &kinds->all[*number - 1], answers ? answer_sql : conclusion_sql,
		   answers ? 0 : TRAIT_FAILED_WITHOUT, id);
}

bool
relate_traits_fill(struct relate_run *run)
{
	const struct relate_sessions *l = run->sessions;

	run->traits = malloc((l->count + 1) * sizeof(*run->traits));
	if (run->traits == NULL)
		return relate_no_memory(run);
	for (size_t i = 0; i < l->count; i++) {
		const struct relate_session *s = relate_sessions_at(l, i);
		uint32_t answer, conclusion;

		if (!kind_of(run, &run->answers, s->answer, &answer) ||
		    !kind_of(run, &run->conclusions, s->conclusion, &conclusion))
			return false;
		run->traits[i] = of_session(s, relate_sessions_ends_at(l, i)) |
				 run->answers.all[answer - 1].traits |
				 run->conclusions.all[conclusion - 1].traits;
		run->of_anybody |= run->traits[i];
	}
	return true;
}

void
relate_traits_finish(struct relate_run *run)
{
	struct relate_kinds *const kinds[] = {&run->answers, &run->conclusions};

	for (size_t i = 0; i < 2; i++) {
		relate_map_finish(&kinds[i]->ids);
		free(kinds[i]->all);
	}
	free(run->traits);
}

int
relate_alert_code(const struct relate_run *run, const struct relate_session *s)
{
	const struct relate_key key = {.a = s->answer};

	return run->answers.all[relate_map_find(&run->answers.ids, &key) - 1].alert_code;
}
