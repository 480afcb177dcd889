/*
 * reader.c - buffered reading that counts and hashes every byte once.
 * Below capture_pcap.c (which looks at usual records in place, and copies others out of it into
 * libpcap's FILE) and capture_pcapng.c (which looks at blocks in place). Bytes are read into a
 * buffer of our own, in pieces of READER_CHUNK: small enough that the hash finds them still in the
 * cache. Those of a capture file are looked at where they are in memory as long as that is safe.
 */
#include "analyzer/input/reader.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/input/mapping.h"

/* Bytes of a mapped file hashed at once. They push what flows keep out of the cache: the more they
 * are, the more packets share that; with many more, the headers among them are pushed out too. */
enum { LOOK = 512 << 10 };

struct reader {
	reader_fn read;
	void *ctx;
	const uint8_t *bytes; /* buf, or the mapped file */
	size_t start, end;    /* of the bytes at hand */
	uint8_t *buf;
	size_t capacity;
	struct mapping *mapping; /* NULL: what is at hand was read */
	bool in_place;           /* a mapping is to be tried */
	uint64_t size;           /* bytes read from the input */
	bool ended;
	int error;
	struct identity_state *identity;
	reader_tap_fn tap;
	void *tap_ctx;
	const char *(*cut)(void *ctx);
	int fd; /* -1 when the bytes come from a function */
	bool own;
	bool seekable;
	uint64_t base, hint; /* where in the file we began, size from there */
	struct identity_stat stat;
};

struct reader *
reader_create(reader_fn read, void *ctx)
{
	struct reader *r = calloc(1, sizeof *r);
	if (r == NULL)
		return NULL;
	*r = (struct reader){.read = read, .ctx = ctx, .fd = -1};
	/* Twice a chunk: what is left of one chunk stays in front of the next. */
	r->capacity = 2 * (size_t)READER_CHUNK;
	r->bytes = r->buf = malloc(r->capacity);
	r->identity = identity_create();
	if (r->buf == NULL || r->identity == NULL) {
		reader_destroy(r);
		return NULL;
	}
	return r;
}

static ssize_t
read_fd(void *ctx, void *to, size_t n)
{
	struct reader *r = ctx;
	return read(r->fd, to, n);
}

struct reader *
reader_create_fd(int fd, bool own)
{
	struct reader *r = reader_create(read_fd, NULL);
	if (r == NULL)
		return NULL;
	r->ctx = r;
	r->fd = fd;
	r->own = own;
	off_t base = lseek(fd, 0, SEEK_CUR);
	if (base >= 0 && identity_fstat(fd, &r->stat)) {
		r->seekable = true;
		r->base = (uint64_t)base;
		r->hint = r->stat.size > r->base ? r->stat.size - r->base : 0;
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	return r;
}

void
reader_destroy(struct reader *r)
{
	if (r == NULL)
		return;
	mapping_destroy(r->mapping);
	if (r->fd >= 0 && r->own)
		close(r->fd);
	identity_destroy(r->identity);
	free(r->buf);
	free(r);
}

void
reader_on_cut(struct reader *r, const char *(*fn)(void *ctx))
{
	r->cut = fn;
}

void
reader_tap(struct reader *r, reader_tap_fn fn, void *ctx)
{
	assert(r->size == r->end); /* nothing was overwritten yet */
	r->tap = fn;
	r->tap_ctx = ctx;
	if (r->end > 0)
		fn(ctx, bytes_of(r->bytes, r->end));
}

/* More of the input, seen by the hash and the tap. */
static void
arrived(struct reader *r, struct bytes bytes)
{
	r->size += bytes.len;
	identity_feed(r->identity, bytes.data, bytes.len);
	if (r->tap != NULL)
		r->tap(r->tap_ctx, bytes);
}

/* One read(2). */
static ssize_t
pull(struct reader *r, void *to, size_t n)
{
	ssize_t got;
	if (r->ended || r->error != 0)
		return r->error != 0 ? -1 : 0;
	do
		got = r->read(r->ctx, to, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		r->error = errno != 0 ? errno : EIO;
		return -1;
	}
	r->ended = got == 0;
	if (got > 0)
		arrived(r, bytes_of(to, (size_t)got));
	return got;
}

/* Room for one chunk behind what is buffered. Bytes are moved only after at least as many were
 * taken, and the buffer grows only with what was really read, whatever length a file claims. */
static bool
make_room(struct reader *r)
{
	size_t left = r->end - r->start;
	if (left == 0)
		r->start = r->end = 0;
	if (r->capacity - r->end >= READER_CHUNK)
		return true;
	if (r->start < r->capacity / 2) {
		uint8_t *buf = realloc(r->buf, r->capacity * 2);
		if (buf == NULL) {
			r->error = ENOMEM;
			return false;
		}
		r->bytes = r->buf = buf;
		r->capacity *= 2;
		return true;
	}
	memmove(r->buf, r->buf + r->start, left);
	r->start = 0;
	r->end = left;
	return true;
}

/* Each: false when there is no more. */
static bool
read_more(struct reader *r)
{
	ssize_t got = make_room(r) ? pull(r, r->buf + r->end, READER_CHUNK) : 0;
	r->end += got > 0 ? (size_t)got : 0;
	return got > 0;
}

void
reader_in_place(struct reader *r)
{
	r->in_place = r->own && r->seekable;
}

/* Once, when the first bytes were read and more is wanted. The file may have been another before
 * its lease was taken. */
static void
start_mapping(struct reader *r)
{
	r->in_place = false;
	if (r->size != r->end)
		return;
	r->mapping = mapping_create(r->fd, r->stat.size);
	if (r->mapping == NULL)
		return;
	const uint8_t *data = mapping_data(r->mapping);
	if (mapping_more(r->mapping, 0, 0) < r->end || memcmp(data, r->buf, r->end) != 0) {
		mapping_destroy(r->mapping);
		r->mapping = NULL;
		return;
	}
	r->bytes = data;
}

/* Keep what is at hand, and read from here on. What comes after bytes that were not the file's is
 * of no use, nor was the last of what was handed out: a failed read tells the callers. */
static bool
leave_mapping(struct reader *r)
{
	size_t left = r->end - r->start, room = r->capacity;
	while (room < left + READER_CHUNK)
		room *= 2;
	uint8_t *buf = realloc(r->buf, room);
	if (buf == NULL) {
		r->error = ENOMEM;
		return false;
	}
	memcpy(buf, r->bytes + r->start, left);
	r->bytes = r->buf = buf;
	r->capacity = room;
	r->start = 0;
	r->end = left;
	if (!mapping_destroy(r->mapping)) {
		r->end = 0;
		r->error = EIO;
	} else if (lseek(r->fd, (off_t)r->size, SEEK_SET) < 0) {
		r->error = errno;
	}
	r->mapping = NULL;
	return r->error == 0;
}

static bool
see_more(struct reader *r)
{
	size_t n = mapping_more(r->mapping, r->start, r->end);
	if (n == 0)
		return leave_mapping(r);
	if (n > LOOK)
		n = LOOK;
	arrived(r, bytes_of(r->bytes + r->end, n));
	r->end += n;
	return true;
}

struct bytes
reader_peek(struct reader *r, size_t n)
{
	assert(n <= READER_PEEK_MAX);
	if (r->mapping != NULL && mapping_broken(r->mapping))
		leave_mapping(r);
	while (r->end - r->start < n && !r->ended && r->error == 0) {
		if (r->in_place && r->size > 0)
			start_mapping(r);
		if (!(r->mapping != NULL ? see_more(r) : read_more(r)))
			break;
	}
	return bytes_of(r->bytes + r->start, r->end - r->start);
}

void
reader_take(struct reader *r, size_t n)
{
	assert(n <= r->end - r->start);
	r->start += n;
}

uint64_t
reader_skip(struct reader *r, uint64_t n)
{
	uint64_t done = 0;
	while (done < n) {
		struct bytes have = reader_peek(r, 1);
		if (have.len == 0)
			break;
		size_t step = have.len < n - done ? have.len : (size_t)(n - done);
		reader_take(r, step);
		done += step;
	}
	return done;
}

ssize_t
reader_read(struct reader *r, void *to, size_t n)
{
	struct bytes have = reader_peek(r, 1);
	if (have.len == 0)
		return r->error != 0 ? -1 : 0;
	if (have.len > n)
		have.len = n;
	memcpy(to, have.data, have.len);
	reader_take(r, have.len);
	return (ssize_t)have.len;
}

bool
reader_drain(struct reader *r)
{
	reader_skip(r, UINT64_MAX);
	return r->error == 0;
}

uint64_t
reader_at(const struct reader *r)
{
	return r->size - (r->end - r->start);
}

uint64_t
reader_size(const struct reader *r)
{
	return r->size;
}

bool
reader_ended(const struct reader *r)
{
	return r->ended;
}

const char *
reader_cut(const struct reader *r)
{
	return r->cut != NULL ? r->cut(r->ctx) : NULL;
}

int
reader_error(const struct reader *r)
{
	return r->error;
}

struct identity
reader_identity(const struct reader *r)
{
	return identity_of(r->identity);
}

ssize_t
reader_pread(const struct reader *r, void *to, size_t n, uint64_t at)
{
	if (!r->seekable || at > INT64_MAX - r->base) {
		errno = ESPIPE;
		return -1;
	}
	return pread(r->fd, to, n, (off_t)(r->base + at));
}

uint64_t
reader_size_hint(const struct reader *r)
{
	return r->hint;
}

struct identity_stat
reader_stat(const struct reader *r)
{
	return r->stat;
}
