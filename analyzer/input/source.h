/*
 * source.h - one capture, whatever its format: packets, embedded secrets, problems, identity.
 * The door of analyzer/input: the pipeline asks here for the next thing until the end.
 * capture_pcap.c and capture_pcapng.c stand behind it, reader.c below them; opening.c opens what is
 * packed.
 *
 * One pass, no seeking: a file, a FIFO and stdin work alike. Damage never ends a source early
 * without a problem; what was whole before it (and after it, in pcapng) is delivered.
 */
#ifndef ANALYZER_INPUT_SOURCE_H
#define ANALYZER_INPUT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/input/identity.h"
#include "analyzer/input/packet.h"
#include "analyzer/input/reader.h"

enum source_event {
	SOURCE_PACKET,
	SOURCE_SECRET, /* a Decryption Secrets Block */
	SOURCE_END,    /* of the capture; source_problem() tells whether it was whole */
	SOURCE_FAULT,  /* read error or out of memory; source_problem() has the text */
};

enum source_refusal {
	SOURCE_OPENED,
	SOURCE_UNREADABLE,  /* missing, no permission, a directory, read error */
	SOURCE_EMPTY,       /* no bytes */
	SOURCE_NO_CAPTURE,  /* text or another kind of file; only counted when found in a directory
			     */
	SOURCE_DAMAGED,     /* a capture by its first bytes, but its file header can't be read */
	SOURCE_UNSUPPORTED, /* packed (see opening.h), or a format that is not read */
	SOURCE_NO_MEMORY,
};

enum { SOURCE_WHY_MAX = 256, SOURCE_LINK_TYPES_MAX = 256 };

/* Why a path was not opened: the kind, and one line for people ("empty file"; without the path). */
struct source_why {
	enum source_refusal kind;
	char text[SOURCE_WHY_MAX];
};

struct source;

/* The bytes of a path; "-" is stdin. NULL on failure, *why is then filled. */
struct reader *source_reader(const char *path, struct source_why *why);
/* The capture at a path, likewise. */
struct source *source_open(const char *path, struct source_why *why);
/* The same over a reader, which the source owns from now on, also on failure. */
struct source *source_open_reader(struct reader *r, struct source_why *why);
/* Several files as one capture, in this order, see source_set.h. Borrows the paths. */
struct source *source_open_set(const char *const *paths, size_t count, struct source_why *why);
void source_close(struct source *s);

/* Let fn see all bytes of the file (for another digest). Call it before source_next. */
void source_tap(struct source *s, reader_tap_fn fn, void *ctx);

/* The next packet or secret; the other of the two is untouched. What is yielded borrows until the
 * next call. The rest of a file that cannot be understood is still read, for its identity. */
enum source_event source_next(struct source *s, struct packet *packet, struct secret *secret);

/* The next packets at once, at most `max`: as many as can be had without a look at what stands
 * between them. 0: ask source_next what comes. They borrow until the next call on s. */
size_t source_batch(struct source *s, struct packet *out, size_t max);

/* Deliver all secrets of a pcapng file now, wherever they stand in it: walks the block headers of a
 * seekable file, once, without disturbing source_next (which then leaves secrets out). True when
 * that was done; false for a pipe or a classic capture: nothing is delivered, source_next yields
 * them in file order. The view borrows during the call. */
typedef void (*source_secret_fn)(void *ctx, const struct secret *secret);
bool source_secrets_first(struct source *s, source_secret_fn fn, void *ctx);

/* One line, NULL when nothing was wrong so far: "ends inside packet 48213 (byte 1234567)". Final
 * after SOURCE_END. Borrows until the next call on s. */
const char *source_problem(struct source *s);

struct source_interface {
	const char *name; /* NULL when the file gives none; UTF-8 as read, not escaped */
	uint32_t link_type;
	uint32_t snaplen; /* 0: unlimited */
};

struct source_info {
	const char *format;                     /* "pcap", "pcapng" */
	char link_types[SOURCE_LINK_TYPES_MAX]; /* declared by the file: "EN10MB,LINUX_SLL2" */
	uint64_t packets;
	int64_t first_ns, last_ns; /* earliest and latest; 0: no packet with a time */
	bool complete;             /* identity is of the whole file: true after SOURCE_END */
	struct identity identity;  /* of the bytes read so far */
	struct identity_stat file; /* when opened; all 0 for a pipe */
	uint64_t late_secrets;     /* secrets that stood behind the first packet */
	uint32_t interfaces;       /* see source_interface; 1 in classic pcap */
};

/* A file of a set that was read. */
struct source_part {
	const char *path; /* as source_open_set got it */
	struct identity identity;
	uint64_t first_frame; /* of the set; the next part's when it has no packets */
};

void source_info(const struct source *s, struct source_info *out);
/* Parts of a set, those that were read so far; 0 of any other source. Borrows. */
size_t source_parts(const struct source *s, const struct source_part **parts);
/* By packet.interface. False when there is none, or it is beyond the limit that is kept. */
bool source_interface(const struct source *s, uint32_t index, struct source_interface *out);
/* For a progress line: bytes read, and the size of the file (0 unknown). */
void source_progress(const struct source *s, uint64_t *done, uint64_t *total);

#endif
