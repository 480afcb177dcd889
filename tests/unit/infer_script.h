/*
 * infer_script.h - record traces as words, for tests of verdict/infer.
 *
 * c25 s281: a record of the client, of the server, with a body that long; its sender has received
 * all that was sent before. A leading ^: it has not received the other side's last one. cccs sccs;
 * calert48: readable; ch50 sh50: of type handshake, sa26: of type alert (TLS <= 1.2); stext:
 * bytes that are no record; cgap sgap: bytes are missing; +20: milliseconds go by (one does with
 * every word); same: the next word stands in the frame before. cFIN sFIN cRST sRST; srst: a forged
 * one. A side is complete when it has closed and nothing of it is missing.
 */
#ifndef TESTS_UNIT_INFER_SCRIPT_H
#define TESTS_UNIT_INFER_SCRIPT_H

#include <stdlib.h>
#include <string.h>

#include "analyzer/verdict/infer.h"

enum { SCRIPT_MAX = 64, SCRIPT_START = 300 };

struct script {
	struct infer_input in;
	struct infer_record records[2][SCRIPT_MAX];
	uint64_t end[2], before[2]; /* stream offset; the one before the last word */
	uint64_t frame;
	int64_t now_ns;
	bool hole[2], joined[2];
};

static inline void
script_close(struct script *s, enum tls_side side, const char *what, bool forged)
{
	struct infer_side *d = &s->in.side[side];
	struct infer_close close = {.seen = true,
				    .foreign = forged,
				    .ack = s->end[!side],
				    .frame = s->frame,
				    .at = s->end[side],
				    .time_ns = s->now_ns};

	*(strcmp(what, "FIN") == 0 ? &d->fin : &d->rst) = close;
	d->complete = !s->hole[side] && !forged;
}

static inline void
script_record(struct script *s, enum tls_side side, uint8_t type, uint32_t length, int code,
	      bool behind)
{
	struct infer_side *d = &s->in.side[side];
	struct infer_record *r = &s->records[side][d->count++];

	*r = (struct infer_record){.type = type,
				   .joined = s->joined[side],
				   .level = code >= 0 ? 2 : -1,
				   .code = (int16_t)code,
				   .length = length,
				   .at = s->end[side],
				   .end = s->end[side] + 5 + length,
				   .ack = behind ? s->before[!side] : s->end[!side],
				   .frame = s->frame,
				   .time_ns = s->now_ns};
	s->before[side] = s->end[side];
	s->end[side] = r->end;
	s->joined[side] = true;
}

static inline void
script_word(struct script *s, const char *word)
{
	bool behind = *word == '^';
	const char *w = word + behind;
	enum tls_side side = *w == 'c' ? TLS_CLIENT : TLS_SERVER;

	s->now_ns += 1000000;
	s->frame++;
	if (*w == '+')
		s->now_ns += strtoll(w + 1, NULL, 10) * 1000000;
	else if (strcmp(w, "same") == 0)
		s->frame -= 2;
	else if (strcmp(w + 1, "FIN") == 0 || strcmp(w + 1, "RST") == 0)
		script_close(s, side, w + 1, false);
	else if (strcmp(w, "srst") == 0)
		script_close(s, side, "RST", true);
	else if (strcmp(w + 1, "gap") == 0) {
		s->end[side] += 100;
		s->joined[side] = false;
		s->hole[side] = true;
		s->in.side[side].whole = false;
	} else if (strcmp(w + 1, "ccs") == 0)
		script_record(s, side, 20, 1, -1, behind);
	else if (strncmp(w + 1, "alert", 5) == 0)
		script_record(s, side, 21, 2, atoi(w + 6), behind);
	else if (strcmp(w + 1, "text") == 0)
		script_record(s, side, INFER_FOREIGN, 20, -1, behind);
	else if (w[1] == 'h')
		script_record(s, side, 22, (uint32_t)atoi(w + 2), -1, behind);
	else if (w[1] == 'a')
		script_record(s, side, 21, (uint32_t)atoi(w + 2), -1, behind);
	else
		script_record(s, side, 23, (uint32_t)atoi(w + 1), -1, behind);
}

/* The first `words` words of the script; UINT_MAX: all. Returns how many there were. */
static inline unsigned
script_read(struct script *s, const char *text, unsigned words)
{
	char copy[1024], *save = NULL;
	unsigned n = 0;

	*s = (struct script){.in = {.cipher_suite = 0x1301, .hello = true}};
	for (int side = 0; side < 2; side++) {
		s->end[side] = s->before[side] = SCRIPT_START;
		s->joined[side] = true;
		s->in.side[side] = (struct infer_side){.records = s->records[side],
						       .started = true,
						       .whole = true,
						       .start = SCRIPT_START};
	}
	strncpy(copy, text, sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	for (char *w = strtok_r(copy, " ", &save); w != NULL && n < words;
	     w = strtok_r(NULL, " ", &save), n++)
		script_word(s, w);
	return n;
}

#endif
