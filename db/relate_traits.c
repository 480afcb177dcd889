/*
 * relate_traits.c - the traits of sessions, of which relate_traits.def has the conditions.
 * Called by relate.c first of all. Sessions of one answer and conclusion are of one kind, and kinds
 * are few: each is asked about once.
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

/* Adds what the statement says of this id. */
static bool
ask(struct relate_run *run, struct relate_kind *k, const char *sql, unsigned first_bit, uint32_t id)
{
	sqlite3_stmt *stmt = relate_ask(run->d, sql, id, 0);
	bool none;

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

static struct relate_key
key_of(const struct relate_session *s)
{
	return (struct relate_key){s->answer, s->conclusion, 0};
}

/* Asked about when it is new; NULL: fault. */
static const struct relate_kind *
kind_of(struct relate_run *run, const struct relate_session *s)
{
	struct relate_kinds *kinds = &run->kinds;
	const struct relate_key key = key_of(s);
	uint32_t before = kinds->keys.count, number = relate_map_add(&kinds->keys, &key);

	if (number > before) {
		struct relate_kind *all =
		    relate_room(kinds->all, before, &kinds->room, sizeof(*all));

		if (all == NULL) {
			relate_no_memory(run);
			return NULL;
		}
		kinds->all = all;
		all[before] = (struct relate_kind){0, -1};
		if (!ask(run, &all[before], answer_sql, 0, s->answer) ||
		    !ask(run, &all[before], conclusion_sql, TRAIT_FAILED_WITHOUT, s->conclusion))
			return NULL;
	}
	if (number == 0) {
		relate_no_memory(run);
		return NULL;
	}
	return &kinds->all[number - 1];
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
		const struct relate_kind *kind = kind_of(run, s);

		if (kind == NULL)
			return false;
		run->traits[i] = of_session(s, relate_sessions_ends_at(l, i)) | kind->traits;
		run->of_anybody |= run->traits[i];
	}
	return true;
}

void
relate_traits_finish(struct relate_run *run)
{
	relate_map_finish(&run->kinds.keys);
	free(run->kinds.all);
	free(run->traits);
}

int
relate_alert_code(const struct relate_run *run, const struct relate_session *s)
{
	const struct relate_key key = key_of(s);

	return run->kinds.all[relate_map_find(&run->kinds.keys, &key) - 1].alert_code;
}
