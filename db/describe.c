/*
 * describe.c - the rows of describe.def as data.
 * Used by cli/ (schema).
 */
#include "db/describe.h"

static const struct description rows[] = {
#define VIEW(view, meaning)           {#view, NULL, NULL, meaning},
#define COLUMN(column, type, meaning) {NULL, #column, type, meaning},
#define SAME(view, meaning)           {#view, NULL, NULL, meaning},
#include "db/describe.def"
};

const struct description *
describe_all(size_t *count)
{
	*count = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
