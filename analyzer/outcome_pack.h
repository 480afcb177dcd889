/*
 * outcome_pack.h - outcomes as flat bytes, for captures that are read side by side.
 * Between a pipeline that has no database in hand (packs) and the one that has (unpacks, in the
 * same process): spool.c keeps the bytes meanwhile. No format for files: it holds the structs
 * themselves.
 *
 * What repeats within a capture (texts, certificates, requests) is packed once and referred to.
 */
#ifndef ANALYZER_OUTCOME_PACK_H
#define ANALYZER_OUTCOME_PACK_H

#include "analyzer/outcome.h"

enum {
	OUTCOME_PACK_ALIGN = 16,              /* records begin at multiples of it */
	OUTCOME_PACK_SHARED_MAX = 1 << 16,    /* things to refer to; then all begin anew */
	OUTCOME_PACK_SHARED_BYTES = 16 << 20, /* likewise */
};

struct outcome_packer;

/* NULL: out of memory. Takes NULL. */
struct outcome_packer *outcome_packer_create(void);
void outcome_packer_destroy(struct outcome_packer *p);
/* Appends o. False: out of memory; nothing may be packed any more. */
bool outcome_pack(struct outcome_packer *p, const struct outcome *o);
/* What was packed since the last drain; the caller may change it. Borrows until the next call. */
uint8_t *outcome_packer_bytes(struct outcome_packer *p, size_t *len);
/* The bytes were taken elsewhere: room for more. They must be unpacked in the same order. */
void outcome_packer_drain(struct outcome_packer *p);
/* Nothing more comes: keep no more than the bytes. */
void outcome_packer_seal(struct outcome_packer *p);
/* Everything it holds. */
size_t outcome_packer_memory(const struct outcome_packer *p);

struct outcome_unpacker;

struct outcome_unpacker *outcome_unpacker_create(void);
void outcome_unpacker_destroy(struct outcome_unpacker *u);

enum outcome_unpacked {
	OUTCOME_UNPACKED,      /* *o is the next outcome; valid until the next call */
	OUTCOME_UNPACK_ON,     /* something to refer to; call again */
	OUTCOME_UNPACK_MORE,   /* the record goes on behind `len` bytes; *used is what it needs */
	OUTCOME_UNPACK_BROKEN, /* no record that outcome_pack made */
	OUTCOME_UNPACK_NO_MEMORY,
};

/* The record at data (aligned, and changed by this). *used: its length. */
enum outcome_unpacked outcome_unpack(struct outcome_unpacker *u, uint8_t *data, size_t len,
				     size_t *used, const struct outcome **o);

#endif
