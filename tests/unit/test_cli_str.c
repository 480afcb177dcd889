/*
 * test_cli_str.c - widths, cuts and the escaping of hostile text; moments; words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>

#include "analyzer/cli/moment.h"
#include "analyzer/cli/story.h"
#include "analyzer/cli/str.h"
#include "analyzer/cli/words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
escapes(void **state)
{
	static const struct {
		const char *in, *utf8, *ascii;
	} rows[] = {
	    {"plain", "plain", "plain"},
	    {"", "", ""},
	    {"a\033[31mb\nc\177", "a\\x1b[31mb\\x0ac\\x7f", "a\\x1b[31mb\\x0ac\\x7f"},
	    {"M\xc3\xbcller", "M\xc3\xbcller", "M\\u{fc}ller"},
	    {"\xe2\x80\xae"
	     "exe",
	     "\\u{202e}exe", "\\u{202e}exe"},
	    {"\xc2\x9b"
	     "31m",
	     "\\u{9b}31m", "\\u{9b}31m"},
	    {"\xef\xbb\xbf", "\\u{feff}", "\\u{feff}"},
	    {"\xf3\xa0\x81\x81", "\\u{e0041}", "\\u{e0041}"},
	    {"\xff\xc3(", "\\xff\\xc3(", "\\xff\\xc3("},
	    {"\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf"},               /* overlong '/' */
	    {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
	    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80"},
	    {"\xe2\x82", "\\xe2\\x82", "\\xe2\\x82"}, /* cut off */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str t = {0};
		str_add_escaped(&t, rows[i].in, true);
		assert_string_equal(str_string(&t), rows[i].utf8);
		str_clear(&t);
		str_add_escaped(&t, rows[i].in, false);
		assert_string_equal(str_string(&t), rows[i].ascii);
		str_finish(&t);
	}
}

static void
widths(void **state)
{
	(void)state;
	assert_int_equal(str_width(""), 0);
	assert_int_equal(str_width("M\xc3\xbcller"), 6);
	assert_int_equal(str_width("\xe4\xbd\xa0\xe5\xa5\xbd"), 4); /* two wide characters */
	assert_int_equal(str_width("e\xcc\x81"), 1);                /* a combining mark */
	assert_int_equal(str_width("\xff"), 1);
}

static void
cuts(void **state)
{
	static const struct {
		const char *in;
		int width;
		enum str_cut cut;
		const char *out;
	} rows[] = {
	    {"abc", 3, STR_CUT_MIDDLE, "abc"},
	    {"abcdefghij", 5, STR_CUT_MIDDLE, "ab\xe2\x80\xa6ij"},
	    {"abcdefghij", 6, STR_CUT_MIDDLE, "abc\xe2\x80\xa6ij"},
	    {"abcdefghij", 5, STR_CUT_END, "abcd\xe2\x80\xa6"},
	    {"abcdefghij", 1, STR_CUT_MIDDLE, "\xe2\x80\xa6"},
	    {"abcdefghij", 0, STR_CUT_MIDDLE, "\xe2\x80\xa6"},
	    {"abcdefghij", -5, STR_CUT_END, "\xe2\x80\xa6"},
	    {"\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd", 5, STR_CUT_END,
	     "\xe4\xbd\xa0\xe5\xa5\xbd\xe2\x80\xa6"},
	    {"\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd", 4, STR_CUT_END,
	     "\xe4\xbd\xa0\xe2\x80\xa6"},
	    {"", 0, STR_CUT_END, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str t = {0};
		str_add_cut(&t, rows[i].in, rows[i].width, rows[i].cut, "\xe2\x80\xa6");
		assert_string_equal(str_string(&t), rows[i].out);
		str_finish(&t);
	}
}

static void
moments(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} spans[] = {
	    {834000, "0.834 ms"},
	    {999999000, "999.999 ms"},
	    {INT64_C(1500000000), "1.5 s"},
	    {INT64_C(600) * 1000000000, "10 min"},
	    {INT64_C(7200) * 1000000000, "2.0 h"},
	    {INT64_C(864000) * 1000000000, "10 days"},
	    {INT64_C(186000000) * 1000000000, "5.9 years"},
	};
	struct str t = {0};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < COUNT(spans); i++) {
		str_clear(&t);
		moment_add_span(&t, spans[i].ns);
		assert_string_equal(str_string(&t), spans[i].text);
	}
	assert_false(moment_parse(NULL, &ns));
	assert_false(moment_parse("yesterday", &ns));
	assert_true(moment_parse("2026-11-23T14:45:27.651000001Z", &ns));
	assert_true(ns == INT64_C(1795445127651000001));
	str_clear(&t);
	moment_add_milli(&t, ns);
	assert_string_equal(str_string(&t), "2026-11-23 14:45:27.651");
	assert_true(moment_parse("1969-12-31T23:59:59.500000000Z", &ns));
	assert_true(ns == -500000000);
	str_clear(&t);
	moment_add_milli(&t, ns);
	assert_string_equal(str_string(&t), "1969-12-31 23:59:59.500");
	str_clear(&t);
	moment_add_range(&t, INT64_C(1795445127651000001), INT64_C(1795531527000000000));
	assert_string_equal(str_string(&t), "2026-11-23 14:45 to 2026-11-24 14:45 UTC");
	str_finish(&t);
}

/* Every verdict has words and advice of its own; briefs fit their column. */
static void
words_cover_verdicts(void **state)
{
	static const char *const verdicts[] = {
#define OUTCOME_VERDICT(e, text) text,
#include "analyzer/outcome_names.def"
	};
	size_t count;
	const struct words *all = words_all(&count);

	(void)state;
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		assert_non_null(words_find(verdicts[i], NULL, NULL)->verdict);
		assert_non_null(words_advice_find(verdicts[i], NULL, NULL)->verdict);
	}
	for (size_t i = 0; i < count; i++)
		assert_true(str_width(all[i].brief) <= 23);
	assert_null(words_find(NULL, NULL, NULL)->verdict);
	assert_null(words_find("no such verdict", "expired", NULL)->verdict);
	assert_string_equal(words_find("client_cert_rejected", "expired", NULL)->slug,
			    "client_cert_expired");
	assert_string_equal(words_find("client_cert_rejected", "news", NULL)->slug,
			    "certificate_refused");
	assert_string_equal(
	    words_find("mutual_auth_ok", NULL, "retry_followed,dropped_after_accept")->slug,
	    "closed_after_tls");
}

static void
titles(void **state)
{
	static const struct {
		const char *evidence, *confidence, *title;
	} rows[] = {
	    {"observed", "certain", "Refused: no certificate sent"},
	    {"inferred", "high", "Inferred: refused, no certificate sent"},
	    {"inferred", "medium", "Probably: refused, no certificate sent"},
	    {"none", "none", "Refused: no certificate sent"},
	    {NULL, NULL, "Refused: no certificate sent"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str t = {0};
		words_add_title(&t, words_find("no_client_cert_rejected", NULL, NULL), NULL,
				rows[i].evidence, rows[i].confidence);
		assert_string_equal(str_string(&t), rows[i].title);
		str_finish(&t);
	}
	/* The first finding says more than the verdict, but never about an empty answer. */
	struct str t = {0};
	const struct cause_row *cause =
	    words_cause("client_cert_rejected", "client_cert_unknown_ca");
	words_add_title(&t, words_find("client_cert_rejected", "unspecified", NULL), cause,
			"observed", "certain");
	assert_string_equal(str_string(&t), "Refused: CA not trusted");
	str_finish(&t);
	t = (struct str){0};
	words_add_title(&t, words_find("mutual_auth_ok", NULL, NULL), NULL, "inferred", "high");
	assert_string_equal(str_string(&t), "Inferred: TLS finished with a client certificate");
	str_finish(&t);
	assert_null(words_cause("no_client_cert_rejected", "no_client_cert_configured"));
	assert_null(words_cause("client_cert_rejected", NULL));
	assert_int_equal(words_certainty("observed", "medium"), WORDS_PROBABLY);
	assert_int_equal(words_certainty("inferred", "very_high"), WORDS_INFERRED);
	assert_int_equal(words_certainty("observed", "certain"), WORDS_CERTAIN);
	assert_int_equal(words_certainty("observed", NULL), WORDS_CANNOT_TELL);
}

static void
names(void **state)
{
	static const char *const rows[][2] = {
	    {"CN=a,O=b", "CN=a"},      {"O=b,CN=a\\,c", "CN=a\\,c"},
	    {"OU=x+CN=y,O=b", "CN=y"}, {"O=CN=z", "O=CN=z"},
	    {"", "(no name)"},         {"CN=,O=b", "CN=,O=b"},
	    {"O=b\\", "O=b\\"},
	};
	struct str t = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		str_clear(&t);
		story_add_name(&t, rows[i][0]);
		assert_string_equal(str_string(&t), rows[i][1]);
	}
	str_clear(&t);
	story_add_endpoint(&t, "2001:db8::1", 443);
	story_add_endpoint(&t, NULL, 443);
	story_add_endpoint(&t, "10.0.0.1", 0);
	assert_string_equal(str_string(&t), "[2001:db8::1]:443?10.0.0.1");
	str_clear(&t);
	story_add_version(&t, "TLS1.2");
	story_add_version(&t, "SSLv3");
	story_add_version(&t, "DTLS1.0");
	assert_string_equal(str_string(&t), "TLS 1.2SSLv3DTLS 1.0");
	str_finish(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(escapes),
	    cmocka_unit_test(widths),
	    cmocka_unit_test(cuts),
	    cmocka_unit_test(moments),
	    cmocka_unit_test(words_cover_verdicts),
	    cmocka_unit_test(titles),
	    cmocka_unit_test(names),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
