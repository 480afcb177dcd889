/*
 * test_cli_output.c - tables, CSV (RFC 4180), JSON (RFC 8259) and the reading of options.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/cli/csv.h"
#include "analyzer/cli/json.h"
#include "analyzer/cli/message.h"
#include "analyzer/cli/options.h"
#include "analyzer/cli/table.h"
#include "analyzer/cli/words.h"
#include "analyzer/verdict/causes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A stream into memory, to be compared and released. */
struct sink {
	char *data;
	size_t size;
	FILE *file;
};

static FILE *
sink_open(struct sink *s)
{
	s->file = open_memstream(&s->data, &s->size);
	assert_non_null(s->file);
	return s->file;
}

static void
sink_expect(struct sink *s, const char *want)
{
	fclose(s->file);
	assert_string_equal(s->data, want);
	free(s->data);
}

static void
csv_quotes(void **state)
{
	static const char *const rows[][2] = {
	    {"plain", "plain\r\n"},
	    {"", "\"\"\r\n"},
	    {NULL, "\r\n"},
	    {"a,b", "\"a,b\"\r\n"},
	    {"say \"hi\"", "\"say \"\"hi\"\"\"\r\n"},
	    {"two\nlines", "\"two\nlines\"\r\n"},
	    {" padded", "\" padded\"\r\n"},
	    {"esc\033[m", "esc\\x1b[m\r\n"},
	    {"M\xc3\xbcller\xff", "M\xc3\xbcller\\xff\r\n"},
	};
	struct sink s;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		csv_field(sink_open(&s), rows[i][0], true);
		csv_end(s.file);
		sink_expect(&s, rows[i][1]);
	}
	csv_field(sink_open(&s), NULL, true);
	csv_field(s.file, "b", false);
	sink_expect(&s, ",b");
}

static void
json_strings(void **state)
{
	static const char *const rows[][2] = {
	    {"plain", "\"plain\""},
	    {NULL, "null"},
	    {"\"\\\n\t\033", "\"\\\"\\\\\\n\\u0009\\u001b\""},
	    {"M\xc3\xbcller", "\"M\xc3\xbcller\""},
	    {"\xff", "\"\\ufffd\""},
	    {"\xe2\x80\xae", "\"\\u202e\""},
	    {"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""},
	};
	struct sink s;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json j = {.out = sink_open(&s)};
		json_text(&j, rows[i][0]);
		sink_expect(&s, rows[i][1]);
	}
}

static void
json_nests(void **state)
{
	struct sink s;
	struct json j = {.out = sink_open(&s)};

	(void)state;
	json_open(&j, '{');
	json_key(&j, "a");
	json_open(&j, '[');
	json_integer(&j, INT64_MIN);
	json_real(&j, 0.5);
	json_real(&j, NAN);
	json_open(&j, '{');
	json_close(&j, '}');
	json_close(&j, ']');
	json_key(&j, "b");
	json_null(&j);
	json_close(&j, '}');
	sink_expect(&s, "{\"a\":[-9223372036854775808,0.5,null,{}],\"b\":null}");
}

static void
table_aligns(void **state)
{
	static const struct table_column columns[] = {
	    {.title = "id", .right = true},
	    {.title = "name"},
	    {.title = "what", .gutter = true},
	    {.title = "end"},
	};
	struct table t = {.columns = columns, .count = COUNT(columns)};
	struct sink s;
	struct term out = {.file = sink_open(&s), .width = 80, .utf8 = true};

	(void)state;
	table_add(&t, &out, (const char *[]){"7", "M\xc3\xbcller", "~guessed", "x"});
	table_add(&t, &out, (const char *[]){"12", NULL, "read", "y\n"});
	assert_int_equal(table_rows(&t), 2);
	table_print(&t, &out);
	table_finish(&t);
	sink_expect(&s, "id  name    what     end\n"
			" 7  M\xc3\xbcller ~guessed  x\n"
			"12  \xc2\xb7       read     y\\x0a\n");
}

static void
table_shrinks(void **state)
{
	static const struct table_column columns[] = {
	    {.title = "address", .keep = true},
	    {.title = "wide"},
	    {.title = "note", .cut = STR_CUT_END},
	};
	struct table t = {.columns = columns, .count = COUNT(columns)};
	struct sink s;
	struct term out = {.file = sink_open(&s), .width = 40, .utf8 = false};

	(void)state;
	table_add(&t, &out,
		  (const char *[]){"192.168.100.200", "abcdefghijklmnopqrstuvwxyz", "0123456789"});
	table_print(&t, &out);
	table_finish(&t);
	sink_expect(&s, "address          wide         note\n"
			"192.168.100.200  abcde.vwxyz  0123456789\n");
}

static const struct options_row option_rows[] = {
    {"output", 'o', "DB", "database"},
    {"keylog", 0, "FILE", "secrets"},
    {"force", 0, NULL, "again"},
    {"jobs", 0, "N", "at once"},
};

static void
options_are_read(void **state)
{
	const char *typed[] = {"analyze",  "a.pcap", "-o", "x.db", "--keylog=k1", "--force",
			       "--keylog", "k2",     "-",  "--",   "--odd",       NULL};
	char **argv = (char **)typed;
	struct options o;
	struct str wrong = {0};
	size_t at = 0;
	long jobs = 3;

	(void)state;
	assert_true(options_parse(&o, option_rows, COUNT(option_rows), (int)COUNT(typed) - 1, argv,
				  &wrong));
	assert_string_equal(options_value(&o, "output"), "x.db");
	assert_true(options_has(&o, "force"));
	assert_false(options_has(&o, "ascii"));
	assert_string_equal(options_next(&o, "keylog", &at), "k1");
	assert_string_equal(options_next(&o, "keylog", &at), "k2");
	assert_null(options_next(&o, "keylog", &at));
	assert_string_equal(options_value(&o, "keylog"), "k2");
	assert_true(options_number(&o, "jobs", 8, &jobs, &wrong));
	assert_int_equal(jobs, 3);
	assert_int_equal(o.n_args, 3);
	assert_string_equal(o.args[0], "a.pcap");
	assert_string_equal(o.args[1], "-");
	assert_string_equal(o.args[2], "--odd");
	options_finish(&o);
	str_finish(&wrong);
}

static void
options_say_what_is_wrong(void **state)
{
	static const struct {
		const char *argv[4], *wrong;
	} rows[] = {
	    {{"analyze", "--keylogs", "k"}, "unknown option --keylogs. Did you mean --keylog?"},
	    {{"analyze", "--qqqqqqqq"}, "unknown option --qqqqqqqq"},
	    {{"analyze", "-o"}, "--output needs a value: --output DB"},
	    {{"analyze", "--jobs"}, "--jobs needs a value: --jobs N"},
	    {{"analyze", "--force=1"}, "--force takes no value"},
	    {{"analyze", "-z"}, "unknown option -z"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *argv[4] = {(char *)rows[i].argv[0], (char *)rows[i].argv[1],
				 (char *)rows[i].argv[2], NULL};
		struct options o;
		struct str wrong = {0};
		assert_false(options_parse(&o, option_rows, COUNT(option_rows),
					   argv[2] != NULL ? 3 : 2, argv, &wrong));
		assert_string_equal(str_string(&wrong), rows[i].wrong);
		options_finish(&o);
		str_finish(&wrong);
	}
}

static void
numbers(void **state)
{
	static const char *const bad[] = {"0", "-1", "x", "", "9", "1x", "99999999999999999999"};
	struct str wrong = {0};
	long n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct options_hit hit = {&option_rows[3], bad[i]};
		struct options o = {.hits = &hit, .n_hits = 1};
		assert_false(options_number(&o, "jobs", 8, &n, &wrong));
	}
	struct options_hit hit = {&option_rows[3], "8"};
	struct options o = {.hits = &hit, .n_hits = 1};
	assert_true(options_number(&o, "jobs", 8, &n, &wrong));
	assert_int_equal(n, 8);
	str_finish(&wrong);
}

static void
messages(void **state)
{
	struct sink s;
	struct term err = {.file = sink_open(&s), .width = 30, .utf8 = true, .tty = true};

	(void)state;
	message_error(&err, "a.pcap", "no such file. In this directory: %s", "b.pcap");
	message_warning(&err, "x\033.pcap", "cut");
	sink_expect(&s, "mtlscope: a.pcap: no such\n    file. In this directory:\n    b.pcap\n"
			"warning: x\\x1b.pcap: cut\n");
	assert_string_equal(message_nearest("analyse", (const char *[]){"show", "analyze"}, 2),
			    "analyze");
	assert_null(message_nearest("zebra", (const char *[]){"show", "analyze"}, 2));
}

/* The summary counts by slug: what reads the same is one row. */
static void
words_alike_are_counted_together(void **state)
{
	size_t count;
	const struct words *all = words_all(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (enum cause c = CAUSE_none + 1; c < CAUSE_COUNT; c++)
			if (all[i].kind == WORDS_FAILURE &&
			    strcmp(all[i].cause, cause_row(c)->words) == 0 &&
			    words_cause(all[i].verdict, cause_row(c)->name) != NULL)
				assert_string_equal(all[i].slug, cause_row(c)->name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(csv_quotes),
	    cmocka_unit_test(json_strings),
	    cmocka_unit_test(json_nests),
	    cmocka_unit_test(table_aligns),
	    cmocka_unit_test(table_shrinks),
	    cmocka_unit_test(options_are_read),
	    cmocka_unit_test(options_say_what_is_wrong),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(messages),
	    cmocka_unit_test(words_alike_are_counted_together),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
