/*
 * list.c - steps through the elements of a vector, see list.h.
 */
#include "dissectors/tls/list.h"

bool
tls_u8_next(struct cursor *list, const char *field, uint8_t *out)
{
	*out = 0;
	if (!cursor_more(list))
		return false;
	*out = cursor_u8(list, field);
	return true;
}

bool
tls_u16_next(struct cursor *list, const char *field, uint16_t *out)
{
	*out = 0;
	if (!cursor_more(list))
		return false;
	*out = cursor_u16(list, field);
	return cursor_ok(list);
}

bool
tls_vec_next(struct cursor *list, unsigned prefix, const char *field, struct bytes *out)
{
	*out = (struct bytes){0};
	if (!cursor_more(list))
		return false;
	*out = cursor_vec(list, prefix, field);
	return cursor_ok(list);
}
