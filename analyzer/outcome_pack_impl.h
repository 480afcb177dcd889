/*
 * outcome_pack_impl.h - what outcome_pack.c and outcome_unpack.c share: records, and the tables of
 * what points to what. Nobody else includes it.
 */
#ifndef ANALYZER_OUTCOME_PACK_IMPL_H
#define ANALYZER_OUTCOME_PACK_IMPL_H

#include "analyzer/outcome_pack.h"

enum pack_record {
	PACK_RECORD_OUTCOME,
	PACK_RECORD_TEXT, /* these are numbered in order, from 0 */
	PACK_RECORD_CERTIFICATE,
	PACK_RECORD_REQUEST,
	PACK_RECORD_FORGET, /* ... and anew from here on */
};

struct pack_header {
	uint64_t len; /* of the record with this header, a multiple of OUTCOME_PACK_ALIGN */
	uint64_t kind;
};

enum { PACK_RANDOM_LEN = 32 };

enum pack_kind {
	PACK_TEXT,        /* in the record */
	PACK_SHARED_TEXT, /* in a record of its own, like the next two */
	PACK_CERTIFICATE,
	PACK_REQUEST, /* the items of a request */
	PACK_RANDOM,  /* PACK_RANDOM_LEN bytes */
	PACK_BYTES,   /* as many as the size_t at count_at says */
	PACK_ARRAY,   /* as many of `of` */
};

struct pack_struct;
struct pack_pointer {
	size_t at;
	enum pack_kind kind;
	size_t count_at;
	const struct pack_struct *of;
};

struct pack_struct {
	size_t size;
	const struct pack_pointer *pointers;
	size_t n_pointers;
};

/* Numbers for what was packed already, in the order of its records. Zero-initialise. */
struct pack_shared {
	struct pack_slot *slots;
	size_t n_slots, count;
	uint8_t *keys;
	size_t keys_len, keys_room;
};

/* The number of what has this key. *made: it is new, and its record is to be packed next. False:
 * out of memory. Texts are their own keys, certificates and requests have their digests. */
bool pack_shared_index(struct pack_shared *s, enum pack_record kind, const void *key, size_t len,
		       uint32_t *index, bool *made);
bool pack_shared_has(const struct pack_shared *s, enum pack_record kind, const void *key,
		     size_t len);
void pack_shared_forget(struct pack_shared *s);
size_t pack_shared_memory(const struct pack_shared *s);
void pack_shared_finish(struct pack_shared *s);

/* Room for `more` bytes behind len. False: out of memory. */
bool pack_reserve(uint8_t **array, size_t len, size_t *room, size_t more);

extern const struct pack_struct pack_outcome, pack_certificate, pack_request;

#endif
