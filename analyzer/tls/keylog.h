/*
 * keylog.h - lines of an NSS key log: label, identifier, secret. Pure: text in, entries out.
 * Used by secrets.c for files and for the Decryption Secrets Blocks of pcapng.
 * draft-ietf-tls-keylogfile; RSA lines: NSS Key Log Format.
 */
#ifndef ANALYZER_TLS_KEYLOG_H
#define ANALYZER_TLS_KEYLOG_H

#include <stdbool.h>

#include "dissectors/wire/bytes.h"

/* What a secret is for. Rows in keylog_labels.def. */
enum keylog_label {
#define KEYLOG(label, text, id_len, use) KEYLOG_##label,
#include "analyzer/tls/keylog_labels.def"
	KEYLOG_LABELS,
};

enum { KEYLOG_ID_MAX = 32, KEYLOG_VALUE_MAX = 48 };

struct keylog_entry {
	enum keylog_label label;
	uint8_t id[KEYLOG_ID_MAX]; /* client random; RSA: first bytes of the encrypted premaster */
	uint8_t id_len;
	uint8_t value[KEYLOG_VALUE_MAX];
	uint8_t value_len;
};

enum keylog_line {
	KEYLOG_ENTRY,   /* *out is set */
	KEYLOG_NOTHING, /* blank, a comment, or a label that is of no use here */
	KEYLOG_JUNK,    /* no line of a key log */
	KEYLOG_END,     /* no text is left */
};

/* Take the next line off `text`. Lines end with LF or CRLF, the last one may end without. */
enum keylog_line keylog_next(struct bytes *text, struct keylog_entry *out);

#endif
