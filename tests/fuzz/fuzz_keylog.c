/*
 * fuzz_keylog.c - any text as a key log: lines end, entries keep their bounds, the store its
 * promises.
 */
#include <stdlib.h>

#include "analyzer/tls/secrets.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = bytes_of(data, size);
	struct keylog_entry e;
	enum keylog_line line;
	struct secrets *s = secrets_create();
	size_t left = size + 1;

	if (s == NULL || !secrets_add(s, text))
		abort();
	while ((line = keylog_next(&text, &e)) != KEYLOG_END) {
		if (text.len >= left)
			abort();
		left = text.len;
		if (line != KEYLOG_ENTRY)
			continue;
		if (e.id_len == 0 || e.id_len > KEYLOG_ID_MAX || e.value_len == 0 ||
		    e.value_len > KEYLOG_VALUE_MAX)
			abort();
		if (secrets_find(s, e.label, bytes_of(e.id, e.id_len)).len == 0)
			abort();
	}
	secrets_destroy(s);
	return 0;
}
