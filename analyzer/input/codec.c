/*
 * codec.c - gzip through zlib, zstd through its own library. See codec.h.
 * Called by unpack.c only, on the thread that runs ahead of the analysis.
 */
#include "analyzer/input/codec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum {
	INPUT_CHUNK = 64 << 10,
	TROUBLE_MAX = 128,
	WINDOW_BITS = 15 + 16, /* zlib: the largest window, a gzip header and trailer */
	GZIP_FIRST_BYTE = 0x1f,
};

struct codec {
	struct archive_bytes from;
	enum format_kind kind;
	z_stream zlib;
	ZSTD_DStream *zstd;
	size_t at, len; /* of input */
	bool inside;    /* a stream or frame has begun and not ended */
	bool input_over, over;
	char trouble[TROUBLE_MAX];
	uint8_t input[INPUT_CHUNK];
};

struct codec *
codec_open(enum format_kind kind, const struct archive_bytes *from)
{
	struct codec *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	c->from = *from;
	c->kind = kind;
	bool good = kind == FORMAT_GZIP ? inflateInit2(&c->zlib, WINDOW_BITS) == Z_OK
					: (c->zstd = ZSTD_createDStream()) != NULL;
	if (!good) {
		free(c);
		return NULL;
	}
	return c;
}

void
codec_close(struct codec *c)
{
	if (c == NULL)
		return;
	if (c->kind == FORMAT_GZIP)
		inflateEnd(&c->zlib);
	ZSTD_freeDStream(c->zstd);
	free(c);
}

static void
fail(struct codec *c, const char *kind, const char *what)
{
	snprintf(c->trouble, sizeof c->trouble, "%s%s", kind, what);
}

/* What follows a stream is another one, or padding that nobody needs. */
static bool
next_stream(struct codec *c)
{
	if (c->inside || c->at == c->len)
		return true;
	c->over = c->input[c->at] != GZIP_FIRST_BYTE || inflateReset(&c->zlib) != Z_OK;
	c->inside = !c->over;
	return c->inside;
}

static size_t
step_gzip(struct codec *c, void *to, size_t n)
{
	if (!next_stream(c))
		return 0;
	c->zlib.next_in = c->input + c->at;
	c->zlib.avail_in = (uInt)(c->len - c->at);
	c->zlib.next_out = to;
	c->zlib.avail_out = n < UINT32_MAX ? (uInt)n : UINT32_MAX;
	size_t room = c->zlib.avail_out;
	int r = inflate(&c->zlib, Z_NO_FLUSH);
	c->at = c->len - c->zlib.avail_in;
	if (r == Z_STREAM_END)
		c->inside = false;
	else if (r != Z_OK && r != Z_BUF_ERROR)
		fail(c, "damaged: gzip: ",
		     c->zlib.msg != NULL ? c->zlib.msg : "can't be decompressed");
	return room - c->zlib.avail_out;
}

static size_t
step_zstd(struct codec *c, void *to, size_t n)
{
	ZSTD_inBuffer in = {.src = c->input, .size = c->len, .pos = c->at};
	ZSTD_outBuffer out = {.dst = to, .size = n};
	if (c->at < c->len)
		c->inside = true;
	size_t r = ZSTD_decompressStream(c->zstd, &out, &in);
	c->at = in.pos;
	if (ZSTD_isError(r))
		fail(c, "damaged: zstd: ", ZSTD_getErrorName(r));
	else if (r == 0)
		c->inside = false;
	return out.pos;
}

/* More input where all of it was used; false where there is none. */
static bool
pull(struct codec *c)
{
	if (c->at < c->len)
		return true;
	ssize_t got = c->input_over ? 0 : c->from.read(c->from.ctx, c->input, sizeof c->input);
	c->at = 0;
	c->len = got > 0 ? (size_t)got : 0;
	c->input_over = got <= 0;
	if (got < 0)
		fail(c, "", c->from.trouble(c->from.ctx));
	return got > 0;
}

ssize_t
codec_read(void *ctx, void *to, size_t n)
{
	struct codec *c = ctx;
	size_t out = 0;
	while (out == 0 && !c->over && c->trouble[0] == '\0') {
		/* With nothing more to read there may still be something to come out. */
		bool more = pull(c);
		if (c->trouble[0] != '\0')
			break;
		out = c->kind == FORMAT_GZIP ? step_gzip(c, to, n) : step_zstd(c, to, n);
		if (out > 0 || more || c->trouble[0] != '\0')
			continue;
		c->over = !c->inside;
		if (c->inside)
			fail(c, "truncated: ",
			     c->kind == FORMAT_GZIP ? "gzip data ends early"
						    : "zstd data ends early");
	}
	if (out == 0 && c->trouble[0] != '\0') {
		errno = EIO;
		return -1;
	}
	return (ssize_t)out;
}

const char *
codec_trouble(void *ctx)
{
	const struct codec *c = ctx;
	return c->trouble;
}
