/*
 * opening_look.h - what comes out of a path, as text, for the tests of opening.h. Include it behind
 * <cmocka.h>; make_directory and remove_directory are its group's fixtures.
 */
#ifndef TESTS_UNIT_OPENING_LOOK_H
#define TESTS_UNIT_OPENING_LOOK_H

#include <stdio.h>
#include <unistd.h>

#include "analyzer/input/opening.h"
#include "tests/unit/archive_build.h"

/* What came out: "path: packets" or "path! reason", one per line; problems behind "; ". */
struct seen {
	char text[8192];
	size_t captures, refused;
	struct identity first;
};

static char directory[] = "opening-XXXXXX";

static inline struct blob
copy_of(struct blob in, size_t len)
{
	struct blob out = {.data = malloc(len + 1), .len = len};
	assert_non_null(out.data);
	memcpy(out.data, in.data, len);
	return out;
}

/* Writes and frees the blob; the path is good until the next call. */
static inline const char *
file(const char *name, struct blob in)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(in.data, 1, in.len, f), in.len);
	fclose(f);
	free(in.data);
	return path;
}

static inline void
note(struct seen *out, const char *path, const char *mark, const char *what)
{
	size_t at = strlen(out->text);
	if (strncmp(path, directory, strlen(directory)) == 0)
		path += strlen(directory) + 1;
	snprintf(out->text + at, sizeof out->text - at, "%s%s %s\n", path, mark, what);
}

static inline void
read_capture(struct seen *out, const struct opening_item *item)
{
	struct packet packet;
	struct secret secret;
	struct source_info info;
	char what[512];
	while (source_next(item->source, &packet, &secret) < SOURCE_END)
		;
	source_info(item->source, &info);
	assert_true(info.complete);
	const char *problem = source_problem(item->source);
	snprintf(what, sizeof what, "%d%s%s", (int)info.packets, problem != NULL ? "; " : "",
		 problem != NULL ? problem : "");
	note(out, item->path, ":", what);
	if (out->captures++ == 0)
		out->first = info.identity;
}

static inline struct seen
look(const char *path, const struct opening_settings *settings)
{
	struct seen out = {.captures = 0};
	struct opening_settings none = {.go_on = NULL};
	struct opening_item item;
	struct opening *o = opening_create(path, settings != NULL ? settings : &none);
	assert_non_null(o);
	while (opening_next(o, &item)) {
		if (item.source != NULL) {
			read_capture(&out, &item);
			continue;
		}
		out.refused++;
		note(&out, item.path, "!", item.why.text);
	}
	assert_false(opening_next(o, &item));
	opening_destroy(o);
	return out;
}

static inline void
expect(const char *path, const struct opening_settings *settings, const char *want)
{
	struct seen seen = look(path, settings);
	assert_string_equal(seen.text, want);
}

static inline int
make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) == NULL;
}

static inline int
remove_directory(void **state)
{
	char command[64];
	(void)state;
	snprintf(command, sizeof command, "rm -r %s", directory);
	return system(command);
}

#endif
