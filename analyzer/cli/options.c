/*
 * options.c - one command's options, read from its table of rows by getopt_long.
 * Between main.c and the commands.
 */
#include "analyzer/cli/options.h"

#include "analyzer/cli/memory.h"
#include "analyzer/cli/message.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_BASE = 256 }; /* getopt_long gives LONG_BASE + row for an option without a letter */

const struct options_row options_common[] = {
    {"color", 0, "auto|always|never", NULL},
    {"ascii", 0, NULL, NULL},
    {"help", 'h', NULL, NULL},
};
const size_t options_n_common = sizeof(options_common) / sizeof(options_common[0]);

/* The command's rows and the common ones, as getopt_long wants them. */
struct forms {
	const struct options_row **rows;
	struct option *long_rows;
	struct str letters;
	size_t count;
};

static void
forms_add(struct forms *f, const struct options_row *rows, size_t count)
{
	f->rows = memory_resize(f->rows, f->count + count, sizeof(*f->rows));
	f->long_rows = memory_resize(f->long_rows, f->count + count + 1, sizeof(*f->long_rows));
	for (size_t i = 0; i < count; i++) {
		int has = rows[i].value != NULL ? required_argument : no_argument;
		f->rows[f->count] = &rows[i];
		f->long_rows[f->count] =
		    (struct option){rows[i].name, has, NULL, LONG_BASE + (int)f->count};
		if (rows[i].letter != 0)
			str_addf(&f->letters, "%c%s", rows[i].letter, has ? ":" : "");
		f->count++;
	}
	f->long_rows[f->count] = (struct option){0};
}

static void
forms_finish(struct forms *f)
{
	free(f->rows);
	free(f->long_rows);
	str_finish(&f->letters);
}

static const struct options_row *
forms_find(const struct forms *f, int found)
{
	if (found >= LONG_BASE)
		return f->rows[found - LONG_BASE];
	for (size_t i = 0; i < f->count; i++) {
		if (f->rows[i]->letter == found)
			return f->rows[i];
	}
	return NULL;
}

static void
explain_unknown(const struct forms *f, const char *typed, struct str *wrong)
{
	const char **names = memory_resize(NULL, f->count, sizeof(*names));
	char *name = memory_copy(typed + strspn(typed, "-"));

	name[strcspn(name, "=")] = '\0';
	for (size_t i = 0; i < f->count; i++)
		names[i] = f->rows[i]->name;
	const char *near = message_nearest(name, names, f->count);
	str_addf(wrong, "unknown option %.*s", (int)strcspn(typed, "="), typed);
	if (near != NULL)
		str_addf(wrong, ". Did you mean --%s?", near);
	free(name);
	free(names);
}

/* What getopt_long did not like, as one line. */
static void
explain(const struct forms *f, int found, char **argv, struct str *wrong)
{
	const struct options_row *row = optopt != 0 ? forms_find(f, optopt) : NULL;

	if (found == ':' && row != NULL)
		str_addf(wrong, "--%s needs a value: --%s %s", row->name, row->name, row->value);
	else if (row != NULL)
		str_addf(wrong, "--%s takes no value", row->name);
	else if (optopt != 0)
		str_addf(wrong, "unknown option -%c", optopt);
	else
		explain_unknown(f, argv[optind - 1], wrong);
}

static bool
read_all(struct options *o, const struct forms *f, int argc, char **argv, struct str *wrong)
{
	optind = 0; /* glibc: start over */
	opterr = 0;
	for (;;) {
		int found = getopt_long(argc, argv, str_string(&f->letters), f->long_rows, NULL);
		if (found == -1)
			break;
		if (found == '?' || found == ':') {
			explain(f, found, argv, wrong);
			return false;
		}
		o->hits = memory_grow(o->hits, o->n_hits, &o->room, sizeof(*o->hits));
		o->hits[o->n_hits++] = (struct options_hit){forms_find(f, found), optarg};
	}
	o->args = argv + optind;
	o->n_args = (size_t)(argc - optind);
	return true;
}

bool
options_parse(struct options *o, const struct options_row *rows, size_t count, int argc,
	      char **argv, struct str *wrong)
{
	struct forms f = {0};

	*o = (struct options){0};
	str_add(&f.letters, ":"); /* a missing value is ':', not '?' */
	forms_add(&f, rows, count);
	forms_add(&f, options_common, options_n_common);
	bool good = read_all(o, &f, argc, argv, wrong);
	forms_finish(&f);
	return good;
}

void
options_finish(struct options *o)
{
	free(o->hits);
	*o = (struct options){0};
}

const char *
options_next(const struct options *o, const char *name, size_t *at)
{
	while (*at < o->n_hits) {
		const struct options_hit *hit = &o->hits[(*at)++];
		if (strcmp(hit->row->name, name) == 0)
			return hit->value != NULL ? hit->value : "";
	}
	return NULL;
}

const char *
options_value(const struct options *o, const char *name)
{
	const char *last = NULL;
	size_t at = 0;

	for (const char *v; (v = options_next(o, name, &at)) != NULL;)
		last = v;
	return last;
}

bool
options_has(const struct options *o, const char *name)
{
	return options_value(o, name) != NULL;
}

bool
options_read_number(const char *name, const char *text, long max, long *out, struct str *wrong)
{
	char *end;

	errno = 0;
	long v = strtol(text, &end, 10);
	if (*text == '\0' || *end != '\0' || errno != 0 || v < 1 || v > max) {
		str_addf(wrong, "--%s: \"%s\" is not a number from 1 to %ld", name, text, max);
		return false;
	}
	*out = v;
	return true;
}

bool
options_number(const struct options *o, const char *name, long max, long *out, struct str *wrong)
{
	const char *s = options_value(o, name);

	return s == NULL || options_read_number(name, s, max, out, wrong);
}

bool
options_size(const struct options *o, const char *name, uint64_t *out, struct str *wrong)
{
	static const char units[] = "kMGT";
	const char *s = options_value(o, name), *unit;
	unsigned shift = 0;
	char *end;

	if (s == NULL)
		return true;
	errno = 0;
	unsigned long long v = strtoull(s, &end, 10);
	bool good = *s >= '0' && *s <= '9' && errno == 0 && v > 0;
	if (good && *end != '\0') {
		unit = strchr(units, *end == 'K' ? 'k' : *end);
		good = unit != NULL && end[1] == '\0';
		shift = good ? 10 * (unsigned)(unit - units + 1) : 0;
	}
	good = good && v <= UINT64_MAX >> shift;
	if (!good)
		str_addf(wrong, "--%s: \"%s\" is not a size; write 500M or 4G", name, s);
	else
		*out = (uint64_t)v << shift;
	return good;
}
