/*
 * refusal.h - does a server's plaintext refuse the client above TLS? Pure: bytes in, words out.
 * Used by opened.c on decrypted application data. Only texts of known protocols are recognised; of
 * everything else nothing is kept.
 */
#ifndef ANALYZER_TLS_REFUSAL_H
#define ANALYZER_TLS_REFUSAL_H

#include <stdbool.h>

#include "dissectors/wire/bytes.h"

enum { REFUSAL_TEXT_MAX = 200 };

/* `data` is what the server sent, from the beginning of a record; first: it had not spoken before.
 * The text, printable and NUL-terminated, in out. */
bool refusal_find(struct bytes data, bool first, char out[REFUSAL_TEXT_MAX + 1]);

#endif
