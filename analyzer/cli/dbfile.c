/*
 * dbfile.c - which database a command reads, and opening it.
 * Between options.c and db/query.h.
 */
#include "analyzer/cli/dbfile.h"

#include <string.h>
#include <unistd.h>

const char dbfile_default[] = "mtlscope.db";

bool
dbfile_is_sqlite(const char *path)
{
	/* The first 16 bytes: sqlite.org, Database File Format, section 1.2. */
	static const char magic[] = "SQLite format 3";
	char head[sizeof(magic)];
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return false;
	bool same = fread(head, 1, sizeof(head), f) == sizeof(head) &&
		    memcmp(head, magic, sizeof(magic)) == 0;
	fclose(f);
	return same;
}

const char *
dbfile_choose(char ***args, size_t *count, bool others)
{
	if (*count == 0 || (others && !dbfile_is_sqlite((*args)[0])))
		return dbfile_default;
	(*count)--;
	return *(*args)++;
}

struct query *
dbfile_open(struct command_io *io, const char *path, const char *command)
{
	if (access(path, F_OK) != 0) {
		if (path == dbfile_default)
			message_error(&io->err, path,
				      "not found here. Make it: mtlscope analyze PATH, or name it: "
				      "mtlscope %s DB",
				      command);
		else
			message_error(&io->err, path, "no such file");
		return NULL;
	}
	struct query *q = query_create();
	if (q == NULL) {
		message_error(&io->err, path, "out of memory");
		return NULL;
	}
	if (!query_open(q, path, QUERY_LIMIT_MS)) {
		message_error(&io->err, NULL, "%s", query_error(q));
		query_destroy(q);
		return NULL;
	}
	return q;
}

/* Quoted for a POSIX shell where it has to be. */
void
dbfile_add_argument(struct str *t, const char *path)
{
	if (path == dbfile_default)
		return;
	str_add(t, " ");
	if (path[strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
			      "_./+,:@%-")] == '\0') {
		str_add(t, path);
		return;
	}
	str_add(t, "'");
	for (const char *s = path; *s != '\0'; s++) {
		if (*s == '\'')
			str_add(t, "'\\''");
		else
			str_add_bytes(t, s, 1);
	}
	str_add(t, "'");
}
