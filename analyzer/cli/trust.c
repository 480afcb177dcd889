/*
 * trust.c - reads what --ca and --crl name. See trust.h.
 * A directory gives what its files hold, not those below it; files of other kinds in it are passed
 * over, named ones are errors.
 */
#include "analyzer/cli/trust.h"

#include "analyzer/cli/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MAX = 64 * 1024 * 1024 };

typedef size_t add_fn(struct chain_trust *t, struct bytes file);

static const struct {
	const char *option, *what;
	add_fn *add;
} kinds[] = {
    {"ca", "certificate", chain_trust_add_cas},
    {"crl", "CRL", chain_trust_add_crls},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* How many things the file holds; -1: it cannot be read, errno says why. */
static long
add_file(struct chain_trust *t, size_t kind, const char *path)
{
	struct stat stat_of;
	FILE *f = fopen(path, "rb");
	long n = -1;

	if (f == NULL)
		return -1;
	if (fstat(fileno(f), &stat_of) == 0 && S_ISREG(stat_of.st_mode) &&
	    stat_of.st_size <= FILE_MAX) {
		size_t size = (size_t)stat_of.st_size;
		char *bytes = memory_resize(NULL, size + 1, 1);
		size_t got = fread(bytes, 1, size, f);
		if (!ferror(f))
			n = (long)kinds[kind].add(t, bytes_of(bytes, got));
		free(bytes);
	} else if (errno == 0) {
		errno = S_ISREG(stat_of.st_mode) ? EFBIG : EINVAL;
	}
	fclose(f);
	return n;
}

static long
add_directory(struct chain_trust *t, size_t kind, const char *path)
{
	DIR *dir = opendir(path);
	long n = 0;

	if (dir == NULL)
		return -1;
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		struct str file = {0};
		str_addf(&file, "%s/%s", path, e->d_name);
		long found = e->d_name[0] != '.' ? add_file(t, kind, str_string(&file)) : 0;
		n += found > 0 ? found : 0;
		str_finish(&file);
	}
	closedir(dir);
	return n;
}

static bool
add_path(struct trust *t, size_t kind, const char *path, struct str *wrong)
{
	struct stat stat_of;

	errno = 0;
	bool directory = stat(path, &stat_of) == 0 && S_ISDIR(stat_of.st_mode);
	errno = 0;
	long n = directory ? add_directory(t->set, kind, path) : add_file(t->set, kind, path);
	if (n > 0)
		return true;
	if (n < 0)
		str_addf(wrong, "%s: %s", path, strerror(errno));
	else
		str_addf(wrong, "%s: no %s in it, PEM or DER", path, kinds[kind].what);
	return false;
}

bool
trust_load(struct trust *t, const struct options *o, struct str *wrong)
{
	*t = (struct trust){0};
	if (!options_has(o, "ca") && !options_has(o, "crl"))
		return true;
	t->set = chain_trust_create();
	if (t->set == NULL) {
		str_add(wrong, "out of memory");
		return false;
	}
	for (size_t kind = 0; kind < KINDS; kind++) {
		size_t at = 0;
		for (const char *path; (path = options_next(o, kinds[kind].option, &at)) != NULL;)
			if (!add_path(t, kind, path, wrong))
				return false;
	}
	if (chain_trust_digest(t->set, t->digest))
		return true;
	str_add(wrong, "out of memory");
	return false;
}

void
trust_finish(struct trust *t)
{
	chain_trust_destroy(t->set);
	*t = (struct trust){0};
}
