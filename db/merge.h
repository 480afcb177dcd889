/*
 * merge.h - one database (a shard) into another: whole captures, dictionaries by content.
 * Driven by cli/ (merge) on an open store; store_close then relates what is due.
 *
 * One transaction per shard: a merge that was stopped goes on where it was, since captures that are
 * there already are skipped. The result is the one of a single run over all captures, whatever the
 * order of the shards:
 *   same content, same parameters   kept once, with the names of both
 *   same content, other parameters  the better one is kept: the newer program; then the one that
 *                                   read all packets, not those of a --filter; then one with
 *                                   secrets; then one with --ca or --crl; then the one whose texts
 *                                   come last in byte order
 *   a capture of two incidents      belongs to the one whose name comes first in byte order; of two
 *                                   notes of an incident, too, that one stays
 *   a rotated capture that grew     the whole is kept, its parts and earlier states go
 *   a file in two states            the later one (mtime) is known; the other's names stay
 */
#ifndef DB_MERGE_H
#define DB_MERGE_H

#include "db/store.h"

struct merge;

enum merge_result {
	MERGE_DONE,
	MERGE_SHARD,   /* something is wrong with the shard; nothing of it was taken */
	MERGE_STOPPED, /* the callback said so; nothing of it was taken */
	MERGE_FAULT    /* of the database that is written */
};

/* Of one shard. */
struct merge_counts {
	uint64_t captures, sessions; /* taken, those that replace others included */
	uint64_t replaced;           /* of them */
	uint64_t known;              /* there already, or there in a better reading */
};

/* Asked now and then while SQL runs; true: stop. */
typedef bool merge_stop(void *ctx);

/* NULL only without memory. The store is open and stays so until after destroy, which takes NULL.
 */
struct merge *merge_create(struct store *s, merge_stop *stop, void *ctx);
void merge_destroy(struct merge *m);

enum merge_result merge_shard(struct merge *m, const char *path, struct merge_counts *counts);
/* One line that begins with the path of the shard, or of the database for MERGE_FAULT. */
const char *merge_error(const struct merge *m);

/* Could it be a shard? For asking before anything is made; false: error has the line. */
bool merge_check(const char *path, char *error, size_t size);

#endif
