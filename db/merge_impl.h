/*
 * merge_impl.h - what the files of the merge share; nobody else includes it.
 * merge.c decides which captures are taken, merge_rows.c copies rows, merge_ids.c says what an id
 * of the shard is called here.
 */
#ifndef DB_MERGE_IMPL_H
#define DB_MERGE_IMPL_H

#include "db/merge.h"
#include "db/store_impl.h"

/* What the shard's ids may refer to; each has a table temp.merge_<name> (old, new). */
/* clang-format off */
#define MERGE_KINDS(X) \
	X(incident) X(file) X(name) X(sentence) X(profile) X(answer) X(conclusion) X(step) \
	X(claim) X(certificate) X(chain) X(request) X(ladder) X(fact_list) \
	X(diagnosis) X(finding_list)
/* clang-format on */

enum merge_kind {
#define X(name) MERGE_KIND_##name,
	MERGE_KINDS(X)
#undef X
	    MERGE_KIND_COUNT
};

extern const char *const merge_kind_names[MERGE_KIND_COUNT];

enum { MERGE_CACHED = 4096 }; /* a power of two */

/* The temporary table of one kind, with what was asked of it last. */
struct merge_map {
	struct merge *merge;
	sqlite3_stmt *find;
	struct {
		int64_t old, new;
	} cached[MERGE_CACHED];
};

struct merge {
	struct store *store;
	merge_stop *stop;
	void *stop_ctx;
	struct database shard; /* for its path, and while it is checked */
	struct merge_map maps[MERGE_KIND_COUNT];
	struct text list; /* being rewritten */
	bool damaged;     /* an id or a list of the shard that cannot be */
	char error[DATABASE_ERROR_MAX];
};

/* Makes the temporary tables and the SQL functions new_<kind>(id), new_<kind>_list(list) and
 * is_better(program, secrets, trust, program, secrets, trust). */
bool merge_ids_open(struct merge *m);
void merge_ids_close(struct merge *m);
/* For the next shard: no id is known. */
bool merge_ids_clear(struct merge *m);

/* Rows of the captures that merge_capture says are taken; inside the transaction. */
bool merge_rows_copy(struct merge *m);
/* What was found in the runs of merge_run. */
bool merge_rows_copy_comparisons(struct merge *m);

#endif
