/*
 * list.h - steps through the elements of a vector: the body of every tls_*_next.
 * The caller starts with cursor_child(&message, view), which keeps stream offsets, loops while next
 * gives true and then asks cursor_ok(): false means a last element that did not fit.
 * RFC 8446 section 3.4.
 */
#ifndef DISSECTORS_TLS_LIST_H
#define DISSECTORS_TLS_LIST_H

#include "dissectors/wire/cursor.h"

/* Each gives false at the end and after a failure; *out is then zero. */
bool tls_u8_next(struct cursor *list, const char *field, uint8_t *out);
bool tls_u16_next(struct cursor *list, const char *field, uint16_t *out);
/* An element with a length prefix of `prefix` bytes. */
bool tls_vec_next(struct cursor *list, unsigned prefix, const char *field, struct bytes *out);

#endif
