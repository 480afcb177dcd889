/*
 * merge_sample.h - shards, and merging one. For test_merge.c and test_merge_shards.c.
 */
#ifndef TESTS_UNIT_MERGE_SAMPLE_H
#define TESTS_UNIT_MERGE_SAMPLE_H

#include "db/merge.h"

#include "tests/unit/relate_sample.h"

/* A capture with n as its content, under one name. */
struct reading {
	uint8_t n;
	const char *path, *incident, *note;
	struct store_parameters parameters;
	const struct store_file *file;
	const char *sha256;
};

static inline void
store_reading(struct store *s, const struct reading *r)
{
	struct outcome_capture c = sample_capture(r->n, r->path);
	struct outcome bare = sample_bare(&sample_unknown);
	struct sample *full = malloc(sizeof(*full));

	assert_non_null(full);
	sample_fill(full);
	c.incident = r->incident;
	c.note = r->note;
	c.sha256 = r->sha256;
	bare.eap_identity = r->parameters.secrets; /* says whose rows these are */
	if (!store_begin(s) || !store_emit(s, &full->o) || !store_emit(s, &bare) ||
	    !store_end(s, &c, &r->parameters, r->file, 0, NULL) ||
	    (r->file != NULL && !store_file_done(s, r->file)))
		fail_msg("%s", store_error(s));
	free(full);
}

static inline void
make_shard(const char *path, const struct reading *readings, size_t count)
{
	struct store *s = sample_open(path);

	for (size_t i = 0; i < count; i++)
		store_reading(s, &readings[i]);
	sample_close(s);
}

static inline enum merge_result
merge(const char *out, const char *shard, struct merge_counts *counts, char error[1024])
{
	struct store *s = sample_open(out);
	struct merge *m = merge_create(s, NULL, NULL);

	assert_non_null(m);
	enum merge_result result = merge_shard(m, shard, counts);
	snprintf(error, 1024, "%s", merge_error(m));
	merge_destroy(m);
	sample_close(s);
	return result;
}

static inline void
merge_well(const char *out, const char *shard, struct merge_counts *counts)
{
	char error[1024];

	if (merge(out, shard, counts, error) != MERGE_DONE)
		fail_msg("%s", error);
	sample_expect(out, "PRAGMA foreign_key_check", "");
	sample_expect(out, "PRAGMA integrity_check", "ok\n");
}

static const struct made related[SESSIONS_MAX] = {
    {.frame = 1, ABORTED},
    {.frame = 2, .start = 4, OK_SESSION},
};

static inline void
execute(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* Of our ids nothing is as it is in the shard: other rows were there before. */
static inline void
shift_ids(const char *path)
{
	sample_close(sample_open(path));
	execute(path, "INSERT INTO sentence (digest, text) VALUES (1, 'of another program')");
	struct store *s = sample_open(path);

	store_made(s, NULL, 9, related);
	sample_close(s);
}

#endif
