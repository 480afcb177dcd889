/*
 * extensions.c - extension list, and the lookups over extensions.def; see extensions.h.
 * RFC 8446 section 4.2.
 */
#include "dissectors/tls/extensions.h"

bool
tls_extension_find(struct cursor list, uint16_t type, struct bytes *data)
{
	struct tls_extension ext;

	*data = (struct bytes){0};
	while (tls_extension_next(&list, &ext)) {
		if (ext.type != type)
			continue;
		*data = ext.data;
		return true;
	}
	return false;
}

const char *
tls_extension_name(uint16_t type)
{
	switch (type) {
#define TLS_EXT(code, name, places, reference) \
	case code:                             \
		return #name;
#define TLS_EXT_NAMED TLS_EXT
#include "dissectors/tls/extensions.def"
	default:
		return NULL;
	}
}

unsigned
tls_extension_places(uint16_t type)
{
	enum {
		CH = TLS_IN_CH,
		SH = TLS_IN_SH,
		HRR = TLS_IN_HRR,
		EE = TLS_IN_EE,
		CT = TLS_IN_CT,
		CR = TLS_IN_CR,
		NST = TLS_IN_NST,
	};

	switch (type) {
#define TLS_EXT(code, name, places, reference) \
	case code:                             \
		return places;
#define TLS_EXT_NAMED TLS_EXT
#include "dissectors/tls/extensions.def"
	default:
		return 0;
	}
}

bool
tls_extension_check(struct cursor *in, uint16_t type, enum tls_place place)
{
	switch (type) {
#define TLS_EXT(code, name, places, reference) \
	case code:                             \
		return tls_ext_##name##_check(in, place);
#define TLS_EXT_NAMED(code, name, places, reference)
#include "dissectors/tls/extensions.def"
	default:
		return true;
	}
}
