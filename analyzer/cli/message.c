/*
 * message.c - what the program says about itself, on stderr: errors and warnings, one line each.
 * Used by every command. Nothing here is red: red is reserved for verdicts.
 */
#include "analyzer/cli/message.h"

#include "analyzer/input/nearest.h"

#include <limits.h>
#include <string.h>

enum { INDENT = 4 };

static void
say(struct term *err, const char *label, enum term_style style, const char *object,
    const char *format, va_list args)
{
	struct str line = {0};

	str_addf(&line, "%s%s", object != NULL ? object : "", object != NULL ? ": " : "");
	str_addv(&line, format, args);
	fflush(stdout);
	term_put(err, style, label);
	term_put(err, TERM_PLAIN, " ");
	term_wrap(err, TERM_PLAIN, str_string(&line), INDENT, err->tty ? err->width : INT_MAX);
	term_end(err);
	str_finish(&line);
}

void
message_error(struct term *err, const char *object, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(err, "mtlscope:", TERM_BOLD, object, format, args);
	va_end(args);
}

void
message_warning(struct term *err, const char *object, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(err, "warning:", TERM_WARN, object, format, args);
	va_end(args);
}

void
message_note(struct term *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(err, "note:", TERM_PLAIN, NULL, format, args);
	va_end(args);
}

const char *
message_nearest(const char *typed, const char *const *candidates, size_t count)
{
	const char *best = NULL;
	size_t len = strlen(typed), best_distance = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		bool begins = len >= 3 && strncmp(typed, candidates[i], len) == 0;
		size_t d = begins ? 0 : nearest_distance(typed, candidates[i]);
		if (d < best_distance && nearest_enough(typed, candidates[i], d)) {
			best = candidates[i];
			best_distance = d;
		}
	}
	return best;
}
