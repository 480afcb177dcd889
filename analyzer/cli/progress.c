/*
 * progress.c - one line on a terminal while captures are read, redrawn at most 5 times a second.
 * Between batch.c (which tells how far it is) and stderr.
 */
#include "analyzer/cli/progress.h"

#include "analyzer/cli/story.h"

#include <time.h>

enum { REDRAW_MS = 200, FIRST_MS = 300, ESTIMATE_MS = 1000 };

int64_t
progress_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
progress_init(struct progress *p, struct term *err, bool wanted)
{
	*p = (struct progress){.err = err, .shown = wanted && err->tty};
	p->started_ms = progress_now_ms();
	p->drawn_ms = p->started_ms + FIRST_MS - REDRAW_MS; /* a quick run shows none */
}

void
progress_add_size(struct str *t, uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
	double v = (double)bytes;
	size_t i = 0;

	while (v >= 1000 && i < 5) {
		v /= 1000;
		i++;
	}
	str_addf(t, "%.*f %s", i == 0 ? 0 : 1, v, units[i]);
}

static void
add_line(struct str *t, const struct progress *p, uint64_t bytes)
{
	int64_t spent = progress_now_ms() - p->started_ms;
	uint64_t total = p->bytes_total > bytes ? p->bytes_total : bytes;

	if (p->bytes_total > 0)
		str_addf(t, " %3d%%", total > 0 ? (int)((double)bytes * 100 / (double)total) : 0);
	str_addf(t, "  %zu of %zu captures  ", p->done, p->total);
	progress_add_size(t, bytes);
	if (p->bytes_total == 0)
		return;
	str_add(t, " of ");
	progress_add_size(t, total);
	if (spent > ESTIMATE_MS && bytes > 0)
		str_addf(t, "  %.0f s left",
			 (double)spent / 1000 * (double)(total - bytes) / (double)bytes);
}

void
progress_draw(struct progress *p, uint64_t in_hand)
{
	int64_t now = p->shown ? progress_now_ms() : 0;
	struct str line = {0};

	if (!p->shown || now - p->drawn_ms < REDRAW_MS)
		return;
	p->drawn_ms = now;
	add_line(&line, p, p->bytes_done + in_hand);
	fputs("\r\033[K", p->err->file);
	p->err->column = 0;
	term_put(p->err, TERM_PLAIN, str_string(&line));
	if (p->name != NULL) {
		term_put(p->err, TERM_PLAIN, "  ");
		int room = p->err->width - 1 - p->err->column;
		term_fit(p->err, TERM_DIM, story_file_name(p->name), room > 24 ? 24 : room,
			 STR_CUT_MIDDLE);
	}
	fflush(p->err->file);
	str_finish(&line);
}

void
progress_clear(struct progress *p)
{
	if (p->shown && p->err->column > 0) {
		fputs("\r\033[K", p->err->file);
		fflush(p->err->file);
		p->err->column = 0;
	}
}
