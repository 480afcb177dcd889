/*
 * relate_impl.h - what the files of pass 2 share; nobody else includes it.
 * relate.c runs the rows, relate_rows.c has them, relate_findings.c and relate_apply.c write down
 * what they found, relate_run.c runs the statements of all.
 */
#ifndef DB_RELATE_IMPL_H
#define DB_RELATE_IMPL_H

#include "db/relate.h"

#include <string.h>

enum relate_scope { RELATE_CAPTURE, RELATE_INCIDENT };
/* Which giver, of those that fit a taker's window; WHENEVER: the first of all, no window. */
enum relate_pick { RELATE_FIRST, RELATE_LAST, RELATE_WHENEVER };
/* Tables made once for several rows, when the first of them comes: relate_rows.c. */
enum relate_table {
	RELATE_NO_TABLE,
	RELATE_JUDGED,
	RELATE_TWINS,
	RELATE_ORIGIN,
	RELATE_UNASKED,
	RELATE_SERVED,
	RELATE_TABLES
};

/* A row of relations.def, where the fields are explained. NULL, false and 0: not so. */
struct relate_row {
	const char *name;
	enum relate_scope scope;
	unsigned needs; /* enum relate_met */
	const char *taker, *giver;
	enum relate_pick pick;
	enum relate_table table;
	const char *found, *only;
	const char *relation;
	bool mutual;
	unsigned modifier; /* enum modifier */
	const char *raises;
	const char *fact, *evidence, *confidence, *basis;
	const char *cause, *severity, *certainty, *sentence, *words, *shown_by, *tells;
	bool explains;
};

extern const struct relate_row relate_rows[];
extern const size_t relate_rows_count;
/* Statements that fill these tables, empty before; up to the first NULL. */
enum { RELATE_TABLE_STEPS = 5 };
extern const char *const relate_table_sql[RELATE_TABLES][RELATE_TABLE_STEPS];

/* A parameter: text, or the number when text is NULL. */
struct relate_value {
	const char *text;
	int64_t number;
};

/* One statement with its parameters ?1, ?2 ... */
bool relate_exec(struct database *d, const char *sql, const struct relate_value *values,
		 size_t count);
/* Up to the first NULL, or all. */
bool relate_exec_all(struct database *d, const char *const *steps, size_t count);
/* Gives the statement no row? What has nothing to do ends early. */
bool relate_none_of(struct database *d, const char *sql, bool *none);
bool relate_clear(struct database *d, const char *table);

/* The hits of row `place` become findings, kept in relate_finding until the end. */
bool relate_findings_note(struct database *d, const struct relate_row *r, size_t place);
/* relate_finding goes to `revised_finding`, among the findings of pass 1. */
bool relate_findings_apply(struct database *d);

/* relate_change (session_id, modifiers, raised, explanation) becomes new answers and conclusions;
 * what was there goes to `revised`. */
bool relate_apply(struct database *d);

#endif
