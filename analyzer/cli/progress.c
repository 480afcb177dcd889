/*
 * progress.c - see progress.h.
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
	*p = (struct progress){.err = err, .wanted = wanted, .shown = wanted && err->tty};
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

/* " 41%  280 of 677 captures  13 failed  12.4 MB of 30.1 MB  4 s left" and, where there is room,
 * what else there is to know. */
struct line {
	const struct progress *p;
	uint64_t bytes, total; /* done and all, with those of captures in hand */
	int64_t spent_ms;
	struct str text;
};

static void
add_bar(struct line *l)
{
	enum { CELLS = 20 };
	int full = l->total > 0 ? (int)((double)l->bytes * CELLS / (double)l->total) : 0;

	str_add(&l->text, "  [");
	for (int i = 0; i < CELLS; i++)
		str_add(&l->text, i < full ? "#" : i == full ? ">" : " ");
	str_add(&l->text, "]");
}

static void
add_rate(struct line *l)
{
	str_add(&l->text, "  ");
	progress_add_size(&l->text,
			  l->bytes * 1000 / (uint64_t)(l->spent_ms > 0 ? l->spent_ms : 1));
	str_add(&l->text, "/s");
}

static void
add_left(struct line *l)
{
	if (l->spent_ms > ESTIMATE_MS && l->bytes > 0)
		str_addf(&l->text, "  %.0f s left",
			 (double)l->spent_ms / 1000 * (double)(l->total - l->bytes) /
			     (double)l->bytes);
}

static void
add_line(struct line *l, bool wide)
{
	const struct progress *p = l->p;

	if (p->bytes_total > 0)
		str_addf(&l->text, " %3d%%",
			 l->total > 0 ? (int)((double)l->bytes * 100 / (double)l->total) : 0);
	if (wide && p->bytes_total > 0)
		add_bar(l);
	str_addf(&l->text, "  %zu of %zu captures", p->done, p->total);
	if (wide)
		str_addf(&l->text, "  %llu sessions", (unsigned long long)p->sessions);
	str_addf(&l->text, "  %llu failed  ", (unsigned long long)p->failed);
	progress_add_size(&l->text, l->bytes);
	if (p->bytes_total > 0) {
		str_add(&l->text, " of ");
		progress_add_size(&l->text, l->total);
	}
	if (wide)
		add_rate(l);
	if (p->bytes_total > 0)
		add_left(l);
}

static struct line
line_of(const struct progress *p, uint64_t in_hand, bool wide)
{
	struct line l = {.p = p,
			 .bytes = p->bytes_done + in_hand,
			 .spent_ms = progress_now_ms() - p->started_ms};

	l.total = p->bytes_total > l.bytes ? p->bytes_total : l.bytes;
	add_line(&l, wide);
	return l;
}

void
progress_total(struct progress *p, size_t captures, uint64_t bytes)
{
	p->total = captures;
	p->bytes_total = bytes;
}

void
progress_done(struct progress *p, uint64_t bytes)
{
	p->done++;
	p->bytes_done += bytes;
}

/* One capture alone is summed up soon enough. */
void
progress_capture(struct progress *p, const char *path, uint64_t sessions, uint64_t failed)
{
	p->sessions += sessions;
	p->failed += failed;
	if (!p->wanted || p->shown || p->total < 2)
		return;
	term_putf(p->err, TERM_PLAIN, "%zu of %zu  ", p->done, p->total);
	term_data(p->err, TERM_PLAIN, path);
	term_putf(p->err, TERM_PLAIN, "  %llu session%s, %llu failed", (unsigned long long)sessions,
		  sessions == 1 ? "" : "s", (unsigned long long)failed);
	term_end(p->err);
}

/* Wide enough for the bar and a name as well. */
enum { WIDE = 120, NAME_MAX_WIDTH = 24 };

void
progress_draw(struct progress *p, uint64_t in_hand, const char *name)
{
	int64_t now = p->shown ? progress_now_ms() : 0;

	if (!p->shown || now - p->drawn_ms < REDRAW_MS)
		return;
	p->drawn_ms = now;
	struct line l = line_of(p, in_hand, p->err->width >= WIDE);
	fputs("\r\033[K", p->err->file);
	p->err->column = 0;
	term_put(p->err, TERM_PLAIN, str_string(&l.text));
	int room = p->err->width - 3 - p->err->column;
	if (name != NULL && room > 3) {
		term_put(p->err, TERM_PLAIN, "  ");
		term_fit(p->err, TERM_DIM, story_file_name(name),
			 room > NAME_MAX_WIDTH ? NAME_MAX_WIDTH : room, STR_CUT_MIDDLE);
	}
	fflush(p->err->file);
	str_finish(&l.text);
}

void
progress_status(struct progress *p, uint64_t in_hand, const char *name)
{
	struct line l = line_of(p, in_hand, true);

	progress_clear(p);
	term_put(p->err, TERM_PLAIN, str_string(&l.text));
	if (name != NULL) {
		term_put(p->err, TERM_PLAIN, "  ");
		term_data(p->err, TERM_PLAIN, name);
	}
	term_end(p->err);
	fflush(p->err->file);
	str_finish(&l.text);
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
