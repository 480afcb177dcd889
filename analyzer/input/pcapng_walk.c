/*
 * pcapng_walk.c - hop from block header to block header.
 * Called through capture_pcapng.c before the packets are read. Reads beside the stream, so nothing
 * is hashed and nothing moves. draft-ietf-opsawg-pcapng, "Decryption Secrets Block".
 */
#include "analyzer/input/pcapng_walk.h"

#include <stdlib.h>

#include "analyzer/input/capture_pcapng.h"
#include "analyzer/input/pcapng_block.h"

enum {
	WINDOW = 128 << 10,
	LARGE_BLOCK = 64 << 10, /* behind one only the next header is read */
};

struct walk {
	const struct reader *reader;
	uint64_t at; /* of the window in the file */
	size_t len;
	uint64_t last; /* length of the last block */
	uint8_t window[WINDOW];
};

/* The first bytes of the block at `at`; shorter at the end of the file. */
static struct bytes
look(struct walk *w, uint64_t at)
{
	if (at < w->at || at + PCAPNG_HEAD > w->at + w->len) {
		size_t n = w->last < LARGE_BLOCK ? WINDOW : PCAPNG_HEAD;
		ssize_t got = reader_pread(w->reader, w->window, n, at);
		w->at = at;
		w->len = got > 0 ? (size_t)got : 0;
	}
	struct bytes view = bytes_of(w->window, w->len);
	bytes_take(&view, at - w->at < view.len ? (size_t)(at - w->at) : view.len);
	return bytes_take(&view, view.len < PCAPNG_HEAD ? view.len : PCAPNG_HEAD);
}

/* Read the block and hand its secrets on; false when it is not sound. */
static bool
deliver(const struct reader *r, uint64_t at, const struct pcapng_head *head, source_secret_fn fn,
	void *ctx)
{
	struct pcapng_secrets secrets;
	uint8_t *block = malloc(head->len);
	bool sound = block != NULL && reader_pread(r, block, head->len, at) == (ssize_t)head->len;
	if (sound) {
		struct cursor c = cursor_init(bytes_of(block, head->len), at);
		cursor_skip(&c, 8, "Block Type, Block Total Length");
		struct bytes view = cursor_bytes(&c, head->len - PCAPNG_FRAME, "Block Body");
		struct cursor body = cursor_child(&c, view);
		uint32_t len = head->big ? cursor_u32(&c, "Block Total Length")
					 : cursor_u32le(&c, "Block Total Length");
		sound = len == head->len && pcapng_secrets_parse(&body, head->big, &secrets);
	}
	if (sound)
		fn(ctx, &(struct secret){.type = secrets.type, .text = secrets.text});
	free(block);
	return sound;
}

bool
pcapng_walk_secrets(const struct reader *r, source_secret_fn fn, void *ctx, uint64_t *until)
{
	struct pcapng_head head = {.big = false};
	uint64_t at = 0;
	struct walk *w = calloc(1, sizeof *w);
	if (w == NULL)
		return false;
	w->reader = r;
	if (reader_pread(r, w->window, PCAPNG_HEAD, 0) < 0) {
		free(w);
		return false;
	}
	while (pcapng_head_parse(look(w, at), head.big, &head)) {
		if (head.len < PCAPNG_FRAME || head.len % 4 != 0 ||
		    head.len > CAPTURE_PCAPNG_BLOCK_MAX)
			break;
		if (head.type == PCAPNG_SECRETS && !deliver(r, at, &head, fn, ctx))
			break;
		w->last = head.len;
		at += head.len;
	}
	free(w);
	*until = at;
	return true;
}
