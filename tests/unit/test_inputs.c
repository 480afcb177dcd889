/*
 * test_inputs.c - files, directories and names that do not exist.
 */
#include "analyzer/input/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/input/nearest.h"

/* A tree to walk; everything is made inside a fresh folder, which is the working directory. */
static int
make_tree(void **state)
{
	static const char *const folders[] = {"tree", "tree/b", "tree/b/deep", "empty", "outside"};
	static const char *const files[] = {"tree/c.pcap",    "tree/B.pcap",  "tree/b/deep/x.pcap",
					    "tree/b.pcap",    "tree/.hidden", "outside/o.pcap",
					    "incident.pcapng"};
	static char dir[] = "inputs-XXXXXX";
	if (mkdtemp(dir) == NULL || chdir(dir) != 0)
		return -1;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (mkdir(folders[i], 0700) != 0)
			return -1;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		FILE *f = fopen(files[i], "w");
		if (f == NULL)
			return -1;
		fclose(f);
	}
	*state = dir;
	return symlink("../outside", "tree/link") != 0 || symlink("..", "tree/loop") != 0 ||
	       symlink("tree", "named-link") != 0 || mkfifo("tree/fifo", 0600) != 0;
}

static int
remove_tree(void **state)
{
	char command[80];
	snprintf(command, sizeof command, "rm -r %s", (const char *)*state);
	return chdir("..") != 0 || system(command) != 0;
}

static void
check_files(const struct inputs *in, const char *const *expected, size_t count, bool named)
{
	assert_int_equal(inputs_count(in), count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(inputs_get(in, i).path, expected[i]);
		assert_int_equal(inputs_get(in, i).named, named);
	}
}

static void
test_walk(void **state)
{
	(void)state;
	static const char *const expected[] = {"tree/.hidden", "tree/B.pcap", "tree/b/deep/x.pcap",
					       "tree/b.pcap", "tree/c.pcap"};
	struct inputs *in = inputs_create();
	assert_true(inputs_add(in, "tree"));
	check_files(in, expected, 5, false);
	assert_int_equal(inputs_problems(in), 0);
	assert_int_equal(inputs_skipped(in), 3);
	inputs_destroy(in);
}

/* A link that is named is followed; a path keeps how it was written. */
static void
test_walk_forms(void **state)
{
	(void)state;
	static const char *const forms[] = {"tree/", "./tree", "named-link"};
	static const char *const first[] = {"tree/.hidden", "./tree/.hidden", "named-link/.hidden"};
	for (size_t i = 0; i < 3; i++) {
		struct inputs *in = inputs_create();
		assert_true(inputs_add(in, forms[i]));
		assert_int_equal(inputs_count(in), 5);
		assert_string_equal(inputs_get(in, 0).path, first[i]);
		inputs_destroy(in);
	}
}

static void
test_named(void **state)
{
	(void)state;
	static const char *const expected[] = {"tree/c.pcap", "-", "incident.pcapng", "tree/fifo"};
	struct inputs *in = inputs_create();
	for (size_t i = 0; i < 4; i++)
		assert_true(inputs_add(in, expected[i]));
	assert_true(inputs_add(in, "empty"));
	check_files(in, expected, 4, true);
	assert_int_equal(inputs_problems(in), 0);
	inputs_destroy(in);
}

static void
test_missing(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
	} rows[] = {
	    {"incident.pcap", "no such file. In this directory: incident.pcapng"},
	    {"./incidnet.pcapng", "no such file. In this directory: incident.pcapng"},
	    {"tree/d.pcap", "no such file. In this directory: B.pcap"},
	    {"outside/zzzzzzzz", "no such file"},
	    {"nowhere/x.pcap", "no such file"},
	    {"incident.pcapng/x", "Not a directory"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct inputs *in = inputs_create();
		assert_true(inputs_add(in, rows[i].path));
		assert_int_equal(inputs_count(in), 0);
		assert_int_equal(inputs_problems(in), 1);
		assert_string_equal(inputs_problem(in, 0).path, rows[i].path);
		assert_string_equal(inputs_problem(in, 0).text, rows[i].text);
		inputs_destroy(in);
	}
}

/* Deeper than the limit: recorded, and the walk ends. */
static void
test_deep(void **state)
{
	(void)state;
	char path[8 + 2 * (INPUTS_DEPTH_MAX + 8)] = "deep";
	assert_int_equal(mkdir(path, 0700), 0);
	for (unsigned i = 0; i < INPUTS_DEPTH_MAX + 4; i++) {
		strcat(path, "/d");
		assert_int_equal(mkdir(path, 0700), 0);
	}
	struct inputs *in = inputs_create();
	assert_true(inputs_add(in, "deep"));
	assert_int_equal(inputs_problems(in), 1);
	assert_string_equal(inputs_problem(in, 0).text, "directories nested too deep; not walked");
	inputs_destroy(in);
}

static void
test_distance(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		size_t distance;
		bool enough;
	} rows[] = {
	    {"", "", 0, true},
	    {"abc", "", 3, false},
	    {"keylogs", "keylog", 1, true},
	    {"kyelog", "keylog", 1, true},
	    {"kitten", "sitting", 3, true},
	    {"x.pcap", "x.cap.gz", 4, false},
	    {"x.pcap", "x.cap", 1, true},
	    {"x.pcap", "x.json", 4, true},
	    {"expiry", "expiring", 3, true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t distance = nearest_distance(rows[i].a, rows[i].b);
		assert_int_equal(distance, rows[i].distance);
		assert_int_equal(nearest_enough(rows[i].a, rows[i].b, distance), rows[i].enough);
	}
	char lengthy[NEAREST_NAME_MAX + 2];
	memset(lengthy, 'a', sizeof lengthy - 1);
	lengthy[sizeof lengthy - 1] = '\0';
	assert_true(nearest_distance("a", lengthy) == SIZE_MAX);
	lengthy[NEAREST_NAME_MAX] = '\0';
	assert_int_equal(nearest_distance("a", lengthy), NEAREST_NAME_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_walk),  cmocka_unit_test(test_walk_forms),
	    cmocka_unit_test(test_named), cmocka_unit_test(test_missing),
	    cmocka_unit_test(test_deep),  cmocka_unit_test(test_distance),
	};
	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
