/*
 * ladder.c - draws the messages of one session between two walls: frame, time, arrow, bytes.
 * Rows come from ladder_rows.c. How something is known shows in the line itself (solid, double,
 * dashed), so that a print without colour keeps it.
 */
#include "analyzer/cli/ladder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FRAME_WIDTH = 7, TIME_WIDTH = 10, BYTES_WIDTH = 8, LABEL_ROOM = 6 };

struct drawing {
	struct term *out;
	int frame_width, left, inner; /* left: column of the left wall */
	bool seconds;                 /* the time column is in seconds: the session was long */
};

static void
drawing_init(struct drawing *d, struct term *out, const struct ladder *l)
{
	int64_t frame = 0, since = 0;
	char digits[32];

	for (size_t i = 0; i < l->count; i++) {
		frame = l->rows[i].frame > frame ? l->rows[i].frame : frame;
		since = l->rows[i].since_ns > since ? l->rows[i].since_ns : since;
	}
	int width = snprintf(digits, sizeof(digits), "%" PRId64, frame) + 1;
	d->out = out;
	d->frame_width = width > FRAME_WIDTH ? width : FRAME_WIDTH;
	d->left = d->frame_width + TIME_WIDTH + 2;
	d->inner = out->width - 2 - d->left - BYTES_WIDTH - 1;
	d->seconds = since >= INT64_C(100000000000);
}

static void
put_wall(const struct drawing *d, bool right)
{
	term_to(d->out, right ? d->left + 1 + d->inner : d->left);
	term_put(d->out, TERM_DIM, term_glyph(d->out, TERM_WALL));
}

static void
put_gap(const struct drawing *d)
{
	put_wall(d, false);
	put_wall(d, true);
	term_end(d->out);
}

static void
put_frame_and_time(const struct drawing *d, const struct ladder_row *r, enum term_style style)
{
	struct str frame = {0}, time = {0};
	double unit = d->seconds ? 1e9 : 1e6;

	str_addf(&frame, "%" PRId64, r->frame);
	str_addf(&time, "%.3f", (double)r->since_ns / unit);
	term_right(d->out, style, str_string(&frame), d->frame_width);
	term_right(d->out, style == TERM_PLAIN ? TERM_DIM : style, str_string(&time),
		   d->frame_width + TIME_WIDTH);
	str_finish(&frame);
	str_finish(&time);
}

/* Name and what fits beside it, escaped and cut to the room between the walls. */
static void
make_label(const struct drawing *d, const struct ladder_row *r, struct str *label)
{
	struct str clean = {0}, detail = {0};
	bool inferred = r->evidence->line == TERM_DASH && r->kind == LADDER_TLS;
	int room = d->inner - LABEL_ROOM;

	str_add_escaped(&clean, str_string(&r->name), d->out->utf8);
	str_addf(label, "%s%s", inferred ? "~ " : "", str_string(&clean));
	const struct str *chosen = r->longer.len > 0 ? &r->longer : &r->detail;
	str_add_escaped(&detail, str_string(chosen), d->out->utf8);
	int left = room - str_width(str_string(label)) - 2;
	if (r->longer.len > 0 && str_width(str_string(&detail)) > left) {
		str_clear(&detail);
		str_add_escaped(&detail, str_string(&r->detail), d->out->utf8);
	}
	if (detail.len > 0 && left > 3) {
		str_add(label, "  ");
		str_add_cut(label, str_string(&detail), left, STR_CUT_MIDDLE,
			    term_glyph(d->out, TERM_ELLIPSIS));
	}
	str_finish(&clean);
	str_finish(&detail);
}

static void
put_arrow(const struct drawing *d, const struct ladder_row *r, enum term_style style)
{
	enum term_glyph line = r->kind == LADDER_TCP ? TERM_DOT : r->evidence->line;
	struct str label = {0}, cut = {0}, spaced = {0};

	make_label(d, r, &label);
	str_add_cut(&cut, str_string(&label), d->inner - LABEL_ROOM, STR_CUT_MIDDLE,
		    term_glyph(d->out, TERM_ELLIPSIS));
	str_addf(&spaced, " %s ", str_string(&cut));
	int fill = d->inner - 3 - str_width(str_string(&spaced));
	if (r->from_client) {
		term_fill(d->out, style, line, 2);
		term_put(d->out, style, str_string(&spaced));
		term_fill(d->out, style, line, fill);
		term_put(d->out, style, term_glyph(d->out, TERM_RIGHT));
	} else {
		term_put(d->out, style, term_glyph(d->out, TERM_LEFT));
		term_fill(d->out, style, line, fill);
		term_put(d->out, style, str_string(&spaced));
		term_fill(d->out, style, line, 2);
	}
	str_finish(&label);
	str_finish(&cut);
	str_finish(&spaced);
}

static void
put_marker(const struct drawing *d, const struct ladder_row *r)
{
	struct str words = {0};

	str_addf(&words, " %s ", str_string(&r->name));
	int rest = d->inner - str_width(str_string(&words));
	term_fill(d->out, TERM_DIM, TERM_DOT, rest / 2);
	term_put(d->out, TERM_PLAIN, str_string(&words));
	term_fill(d->out, TERM_DIM, TERM_DOT, rest - rest / 2);
	str_finish(&words);
}

static void
put_broken(const struct drawing *d, const struct ladder_row *r)
{
	put_wall(d, false);
	term_put(d->out, r->broken_style, "  ");
	term_put(d->out, r->broken_style, term_glyph(d->out, TERM_ELBOW));
	term_put(d->out, r->broken_style, " ");
	term_put(d->out, r->broken_style, r->broken);
	put_wall(d, true);
	term_end(d->out);
}

static void
put_row(const struct drawing *d, const struct ladder_row *r, bool show_frame)
{
	enum term_style style = r->kind == LADDER_TLS ? r->evidence->style : TERM_PLAIN;

	if (r->broken != NULL) {
		style = r->broken_style;
		term_put(d->out, style, term_glyph(d->out, TERM_CROSS));
	}
	if (show_frame)
		put_frame_and_time(d, r, r->broken != NULL ? style : TERM_PLAIN);
	put_wall(d, false);
	if (r->kind == LADDER_MARKER)
		put_marker(d, r);
	else
		put_arrow(d, r, style);
	put_wall(d, true);
	if (r->bytes >= 0) {
		struct str bytes = {0};
		str_addf(&bytes, "%" PRId64, r->bytes);
		term_right(d->out, TERM_DIM, str_string(&bytes), d->out->width - 1);
		str_finish(&bytes);
	}
	term_end(d->out);
	if (r->broken != NULL)
		put_broken(d, r);
}

static void
put_head(const struct drawing *d, const struct story *s)
{
	struct str client = {0}, server = {0};
	int right = d->left + 2 + d->inner;

	str_add(&client, "client ");
	story_add_endpoint(&client, story_text(s, "client_ip"),
			   result_number(&s->session, 0, "client_port"));
	str_add(&server, "server ");
	story_add_endpoint(&server, story_text(s, "server_ip"),
			   result_number(&s->session, 0, "server_port"));
	term_right(d->out, TERM_DIM, "frame", d->frame_width);
	term_right(d->out, TERM_DIM, d->seconds ? "s" : "ms", d->frame_width + TIME_WIDTH);
	term_to(d->out, d->left);
	term_data(d->out, TERM_PLAIN, str_string(&client));
	/* Addresses are never cut: two long ones stand in two lines. */
	if (d->out->column + 2 + str_width(str_string(&server)) > right)
		term_end(d->out);
	term_right(d->out, TERM_PLAIN, str_string(&server), right);
	term_right(d->out, TERM_DIM, "bytes", d->out->width - 1);
	term_end(d->out);
	str_finish(&client);
	str_finish(&server);
}

/* Turns get a line of air, except after the broken row's words and between TCP's closing steps. */
static bool
needs_gap(const struct ladder_row *before, const struct ladder_row *r)
{
	if (before->kind == LADDER_MARKER || r->kind == LADDER_MARKER || before->broken != NULL)
		return false;
	return before->from_client != r->from_client &&
	       !(before->kind == LADDER_TCP && r->kind == LADDER_TCP);
}

void
ladder_print(struct term *out, const struct story *s, bool all)
{
	struct ladder l;
	struct drawing d;
	int64_t frame = 0;

	ladder_make(&l, s, all);
	drawing_init(&d, out, &l);
	if (l.count > 0)
		put_head(&d, s);
	for (size_t i = 0; i < l.count; i++) {
		const struct ladder_row *r = &l.rows[i];
		if (i > 0 && needs_gap(&l.rows[i - 1], r))
			put_gap(&d);
		put_row(&d, r, r->frame > 0 && r->frame != frame);
		frame = r->frame > 0 ? r->frame : frame;
	}
	ladder_finish(&l);
}
