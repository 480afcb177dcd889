/*
 * inputs.c - command line paths become a list of files.
 * Between cli and source.c. Nothing is opened but directories.
 */
#include "analyzer/input/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/input/nearest.h"
#include "analyzer/input/problem.h"

/* One growing array for both kinds of rows. */
struct row {
	char *path;
	char *text; /* of a problem; NULL for an input */
	bool named;
};

struct rows {
	struct row *at;
	size_t count, capacity;
};

struct inputs {
	struct rows files, problems;
	uint64_t skipped;
};

struct inputs *
inputs_create(void)
{
	return calloc(1, sizeof(struct inputs));
}

static void
free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		free(rows->at[i].path);
		free(rows->at[i].text);
	}
	free(rows->at);
}

void
inputs_destroy(struct inputs *in)
{
	if (in == NULL)
		return;
	free_rows(&in->files);
	free_rows(&in->problems);
	free(in);
}

static bool
push(struct rows *rows, const char *path, const char *text, bool named)
{
	if (rows->count == rows->capacity) {
		size_t capacity = rows->capacity == 0 ? 16 : rows->capacity * 2;
		struct row *bigger = realloc(rows->at, capacity * sizeof *bigger);
		if (bigger == NULL)
			return false;
		rows->at = bigger;
		rows->capacity = capacity;
	}
	struct row row = {.path = strdup(path), .named = named};
	if (text != NULL)
		row.text = strdup(text);
	if (row.path == NULL || (text != NULL && row.text == NULL)) {
		free(row.path);
		free(row.text);
		return false;
	}
	rows->at[rows->count++] = row;
	return true;
}

/* Bytewise, not as the locale would: the order must not depend on who runs it. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
no_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static bool walk(struct inputs *in, const char *path, unsigned depth);

/* Something in a directory. Never follows a link: what it points to is found by itself when it is
 * inside the tree, and not asked for when it is outside. */
static bool
walk_entry(struct inputs *in, const char *directory, const char *name, unsigned depth)
{
	char *path;
	struct stat st;
	bool ok = true;
	size_t len = strlen(directory);
	const char *slash = len > 0 && directory[len - 1] == '/' ? "" : "/";
	if (asprintf(&path, "%s%s%s", directory, slash, name) < 0)
		return false;
	if (lstat(path, &st) != 0)
		ok = push(&in->problems, path, strerror(errno), false);
	else if (S_ISREG(st.st_mode))
		ok = push(&in->files, path, NULL, false);
	else if (S_ISDIR(st.st_mode))
		ok = walk(in, path, depth + 1);
	else
		in->skipped++;
	free(path);
	return ok;
}

static bool
walk(struct inputs *in, const char *path, unsigned depth)
{
	struct dirent **entries;
	bool ok = true;
	if (depth > INPUTS_DEPTH_MAX)
		return push(&in->problems, path, "directories nested too deep; not walked", false);
	int n = scandir(path, &entries, no_dots, by_name);
	if (n < 0 && errno == ENOMEM)
		return false;
	if (n < 0)
		return push(&in->problems, path,
			    errno == EACCES ? "no permission to read it" : strerror(errno),
			    depth == 0);
	for (int i = 0; i < n; i++) {
		ok = ok && walk_entry(in, path, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

/* The entry of the directory that is nearest to name, into best; false when none is near. */
static bool
nearest_entry(const char *directory, const char *name, char *best, size_t size)
{
	size_t least = SIZE_MAX;
	DIR *d = opendir(directory);
	if (d == NULL)
		return false;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (!no_dots(e))
			continue;
		size_t distance = nearest_distance(name, e->d_name);
		if (!nearest_enough(name, e->d_name, distance) || distance > least)
			continue;
		/* Of equals the first by name, whatever order the directory has. */
		if (distance == least && strcmp(e->d_name, best) > 0)
			continue;
		least = distance;
		snprintf(best, size, "%s", e->d_name);
	}
	closedir(d);
	return least != SIZE_MAX;
}

static void
missing_text(const char *path, char *text, size_t size)
{
	char best[NEAREST_NAME_MAX + 1] = "", shown[2 * NEAREST_NAME_MAX];
	const char *slash = strrchr(path, '/');
	char *directory = slash == NULL   ? strdup(".")
			  : slash == path ? strdup("/")
					  : strndup(path, (size_t)(slash - path));
	const char *name = slash != NULL ? slash + 1 : path;
	snprintf(text, size, "no such file");
	if (directory != NULL && nearest_entry(directory, name, best, sizeof best))
		snprintf(text, size, "no such file. In this directory: %s",
			 problem_escape(best, strlen(best), shown, sizeof shown));
	free(directory);
}

bool
inputs_add(struct inputs *in, const char *path)
{
	struct stat st;
	char text[3 * NEAREST_NAME_MAX];
	if (strcmp(path, "-") == 0)
		return push(&in->files, path, NULL, true);
	if (stat(path, &st) != 0) {
		if (errno == ENOENT)
			missing_text(path, text, sizeof text);
		else
			snprintf(text, sizeof text, "%s",
				 errno == EACCES ? "no permission to read it" : strerror(errno));
		return push(&in->problems, path, text, true);
	}
	if (S_ISDIR(st.st_mode))
		return walk(in, path, 0);
	return push(&in->files, path, NULL, true);
}

size_t
inputs_count(const struct inputs *in)
{
	return in->files.count;
}

struct input
inputs_get(const struct inputs *in, size_t i)
{
	return (struct input){.path = in->files.at[i].path, .named = in->files.at[i].named};
}

size_t
inputs_problems(const struct inputs *in)
{
	return in->problems.count;
}

struct input_problem
inputs_problem(const struct inputs *in, size_t i)
{
	return (struct input_problem){
	    .path = in->problems.at[i].path,
	    .text = in->problems.at[i].text,
	};
}

uint64_t
inputs_skipped(const struct inputs *in)
{
	return in->skipped;
}
