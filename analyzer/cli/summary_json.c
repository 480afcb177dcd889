/*
 * summary_json.c - the end of `analyze --json`: one object for scripts.
 * Between summary_load.c and cmd_analyze.c; the same counts as summary.c prints.
 */
#include "analyzer/cli/json.h"
#include "analyzer/cli/summary.h"

static void
json_problems(struct json *j, const struct summary *s, const struct batch *b)
{
	json_key(j, "problems");
	json_open(j, '[');
	for (size_t i = 0; i < s->problems.rows + b->n_problems; i++) {
		bool stored = i < s->problems.rows;
		const struct batch_problem *p = stored ? NULL : &b->problems[i - s->problems.rows];

		json_open(j, '{');
		json_key(j, "path");
		json_text(j, stored ? result_text(&s->problems, i, "path") : p->path);
		json_key(j, "problem");
		json_text(j, stored ? result_text(&s->problems, i, "problem") : p->text);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
json_causes(struct json *j, const struct summary *s)
{
	json_key(j, "causes");
	json_open(j, '[');
	for (size_t i = 0; i < s->n_groups && s->groups[i].failed; i++) {
		const struct summary_group *g = &s->groups[i];
		json_open(j, '{');
		json_key(j, "cause");
		json_text(j, g->slug);
		json_key(j, "sessions");
		json_integer(j, (int64_t)g->count);
		json_key(j, "ids");
		json_open(j, '[');
		for (size_t k = 0; k < g->count; k++)
			json_integer(j, g->ids[k]);
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
json_without_tls(struct json *j, const struct summary *s)
{
	static const char *const names[] = {"refused", "no_answer", "plaintext"};

	json_key(j, "without_tls");
	json_open(j, '{');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_key(j, names[i]);
		json_integer(j, result_number(&s->without_tls, 0, names[i]));
	}
	json_close(j, '}');
}

void
summary_print_json(struct term *out, const struct summary *s, const struct batch *b)
{
	static const char *const names[] = {"observed", "decrypted", "inferred", "none"};
	struct json j = {.out = out->file};

	json_open(&j, '{');
	json_key(&j, "sessions");
	json_integer(&j, s->sessions);
	json_key(&j, "failed");
	json_integer(&j, s->failed);
	json_causes(&j, s);
	json_key(&j, "evidence");
	json_open(&j, '{');
	for (size_t i = 0; i < 4; i++) {
		json_key(&j, names[i]);
		json_integer(&j, s->evidence[i]);
	}
	json_close(&j, '}');
	json_without_tls(&j, s);
	json_problems(&j, s, b);
	json_close(&j, '}');
	fputc('\n', out->file);
}
