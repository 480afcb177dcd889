/*
 * store.h - the write side of the database: outcomes in, rows out, one transaction per capture.
 * cli/ opens it, hands its sink to the pipeline, and says when a capture begins and ends.
 *
 * Every function that returns bool gives false for a fault (I/O, disk full, locked, not our file);
 * store_error() then has one line that begins with the database's path. A fault inside a capture
 * leaves the transaction to store_abandon(). A killed process leaves whole captures only.
 * One store belongs to one thread at a time.
 */
#ifndef DB_STORE_H
#define DB_STORE_H

#include "analyzer/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STORE_APPLICATION_ID = 0x6d746c73, /* "mtls" */
	STORE_USER_VERSION = 1,            /* of schema.sql; raised with each db/upgrade/NNN.sql */
};

/* In store_parameters.program, what says that not all packets were read. */
#define STORE_PROGRAM_FILTER "; filter "

struct store;

/* A file as the file system knows it; for members of an archive, the archive. path is absolute. */
struct store_file {
	const char *path;
	uint64_t size; /* on disk, compressed or not */
	int64_t mtime_ns;
	uint64_t inode, device;
};

/* What a capture's rows depend on besides its bytes; NULL is "". Digests are the caller's text. */
struct store_parameters {
	const char *program; /* version */
	const char *secrets; /* digest of the secrets that fit this capture */
	const char *trust;   /* digest of --ca and --crl */
};

/* A stored capture, as the lookups give it. Text is valid during the callback only. */
struct store_capture {
	int64_t id;
	uint64_t size; /* decompressed */
	uint8_t xxh3[16];
	const char *sha256; /* NULL when never computed */
	const char *path;   /* absolute */
	struct store_parameters parameters;
	bool of_part; /* found by a file that is a part of it */
};

/* Called once per found row; false ends the search early (not a fault). */
typedef bool store_capture_each(void *ctx, const struct store_capture *c);
typedef bool store_random_each(void *ctx, const uint8_t random[32]);

/* NULL only without memory. destroy closes what is open, takes NULL. */
struct store *store_create(void);
void store_destroy(struct store *s);
const char *store_error(const struct store *s);

/* Opens or creates (mode 0600) the database and takes the write lock's mode: WAL where it works.
 * Refuses foreign and newer files; upgrades older ones after a copy to PATH.v<N>.bak. */
bool store_open(struct store *s, const char *path);
/* Relates the sessions of incidents (relate.h), makes missing indexes, drops what no session refers
 * to any more, checkpoints, back to DELETE. */
bool store_close(struct store *s);

/* How long to wait for another process that writes; 10 s by default. Any time after store_open. */
void store_wait(struct store *s, unsigned ms);

/* One capture: begin, any number of emits, then end or abandon. */
bool store_begin(struct store *s);
bool store_emit(void *store, const struct outcome *o);
bool store_without_tls(void *store, const struct outcome_without_tls *w);
struct outcome_sink store_sink(struct store *s);
/* Relates the capture's sessions (relate.h) and commits. replaces: id of the stored capture whose
 * rows these are instead of (its names stay), or 0. file may be NULL (stdin). id may be NULL. */
bool store_end(struct store *s, const struct outcome_capture *c, const struct store_parameters *p,
	       const struct store_file *file, int64_t replaces, int64_t *id);
bool store_abandon(struct store *s);

/* A file of a rotated capture, between begin and end; numbers from 1. Its names are those of the
 * parts then, file of store_end is not used. What was stored of the same files and is nothing but a
 * part of this (or an earlier state of it) goes at the end. */
struct store_part {
	unsigned part_no;
	const char *path, *abs_path;
	uint8_t xxh3[16];
	uint64_t size, first_frame;
	const struct store_file *file;
};
bool store_part(struct store *s, const struct store_part *p);

/* The file was read to its end, with everything in it: it may be skipped unopened from now on. */
bool store_file_done(struct store *s, const struct store_file *file);
/* Captures of a file that is done and unchanged (path, size, mtime, inode, device). *done is false
 * otherwise, and nothing is called. A done file may hold no capture at all. */
bool store_find_file(struct store *s, const struct store_file *file, bool *done,
		     store_capture_each *each, void *ctx);
/* Captures with this content; more than one only if XXH3 collided (compare by SHA-256). */
bool store_find_content(struct store *s, uint64_t size, const uint8_t xxh3[16],
			store_capture_each *each, void *ctx);
/* Client randoms of a capture's sessions: which secrets fit it, without reading it again. */
bool store_each_random(struct store *s, int64_t capture_id, store_random_each *each, void *ctx);

/* Another name of a stored capture; told twice is stored once. Of all its names a capture goes by
 * the one whose abs_path is the smallest, bytewise: they come in any order. */
bool store_add_name(struct store *s, int64_t capture_id, const char *path, const char *abs_path,
		    const struct store_file *file);
/* The same of a part of a rotated capture. */
bool store_add_part_name(struct store *s, int64_t capture_id, const char *path,
			 const char *abs_path, const struct store_file *file, unsigned part_no);
bool store_set_sha256(struct store *s, int64_t capture_id, const char *sha256);

/* What `mtlscope compare` found about a pair of sessions; several rows may be about one. Pairs are
 * numbered from 1. NULL text is SQL NULL. */
struct store_comparison {
	uint64_t pair;
	int64_t near_session, far_session; /* 0: none fits */
	const char *finding, *certainty, *evidence, *server_fix, *client_fix, *between_fix;
};
/* The captures of both points; each of them once. */
struct store_points {
	const int64_t *near, *far;
	size_t n_near, n_far;
};
/* In a transaction of its own, instead of what was found between just these captures before. Their
 * pairs get numbers that no others in the database have. */
bool store_compare(struct store *s, const struct store_points *points,
		   const struct store_comparison *rows, size_t count);

/* A capture that is in no incident yet joins this one; of two it is in the one whose name comes
 * first in byte order, so that neither the order of runs nor of shards matters. */
bool store_set_incident(struct store *s, int64_t capture_id, const char *incident);

/* What the database holds after everything so far. */
struct store_totals {
	uint64_t captures, sessions;
};
bool store_totals(struct store *s, struct store_totals *out);

/* Deletes with everything below, in one transaction; room in the file is overwritten. removed: none
 * when there is no such thing. Files are read again when they are met again. */
bool store_remove_incident(struct store *s, const char *incident, struct store_totals *removed);
bool store_remove_capture(struct store *s, int64_t id, struct store_totals *removed);

#endif
