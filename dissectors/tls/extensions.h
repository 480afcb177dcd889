/*
 * extensions.h - the extension list of hellos, EncryptedExtensions, certificates, requests,
 * tickets. One iterator; the caller switches on the type and calls tls_ext_<name>_parse from
 * ext_<name>.h for those it wants. Rows in extensions.def. RFC 8446 section 4.2.
 */
#ifndef DISSECTORS_TLS_EXTENSIONS_H
#define DISSECTORS_TLS_EXTENSIONS_H

#include "dissectors/wire/cursor.h"

/* TLS_EXT_server_name = 0 and so on. */
enum tls_extension_type {
#define TLS_EXT(code, name, places, reference) TLS_EXT_##name = (code),
#define TLS_EXT_NAMED                          TLS_EXT
#include "dissectors/tls/extensions.def"
};

/* The message an extension stands in; bits, a parser is told exactly one. */
enum tls_place {
	TLS_IN_CH = 1 << 0,  /* ClientHello */
	TLS_IN_SH = 1 << 1,  /* ServerHello of any version */
	TLS_IN_HRR = 1 << 2, /* HelloRetryRequest */
	TLS_IN_EE = 1 << 3,  /* EncryptedExtensions */
	TLS_IN_CT = 1 << 4,  /* Certificate, per entry */
	TLS_IN_CR = 1 << 5,  /* CertificateRequest */
	TLS_IN_NST = 1 << 6, /* NewSessionTicket */
};

/* The view borrows from the message. */
struct tls_extension {
	uint16_t type; /* enum tls_extension_type, or anything */
	struct bytes data;
};

/* The next extension of `list`, a cursor_child over a message's .extensions. False at the end and
 * on a length that does not fit: ask cursor_ok(list). Duplicates are not detected. */
static inline bool
tls_extension_next(struct cursor *list, struct tls_extension *out)
{
	if (!cursor_more(list)) {
		*out = (struct tls_extension){0};
		return false;
	}
	out->type = cursor_u16(list, "extension_type");
	out->data = cursor_vec(list, 2, "extension_data");
	return cursor_ok(list);
}

/* The first extension of that type in `list`, whose position is not moved. False when it is not
 * there (or behind a malformed one). For one type only: for several, iterate once. */
bool tls_extension_find(struct cursor list, uint16_t type, struct bytes *data);

/* "server_name" etc; NULL for a code without a row. */
const char *tls_extension_name(uint16_t type);
/* Bits of enum tls_place; 0 for a code without a row. */
unsigned tls_extension_places(uint16_t type);

/* Whether the data has the grammar of its type in that message: true also when nothing here reads
 * that type. On false `in`, which covers the data, says what was wrong. */
bool tls_extension_check(struct cursor *in, uint16_t type, enum tls_place place);

/* The parser of every TLS_EXT row, with the result thrown away. */
#define TLS_EXT(code, name, places, reference) \
	bool tls_ext_##name##_check(struct cursor *in, enum tls_place place);
#define TLS_EXT_NAMED(code, name, places, reference)
#include "dissectors/tls/extensions.def"

/* Each ext_<name>.c defines its check with this. */
#define TLS_EXT_CHECK(name)                                                  \
	bool tls_ext_##name##_check(struct cursor *in, enum tls_place place) \
	{                                                                    \
		struct tls_ext_##name out;                                   \
		return tls_ext_##name##_parse(in, place, &out);              \
	}

#endif
