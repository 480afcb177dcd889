/*
 * alert.c - Alert, RFC 8446 section 6; see alert.h.
 */
#include "dissectors/tls/alert.h"

bool
tls_alert_parse(struct cursor *in, struct tls_alert *out)
{
	out->level = cursor_u8(in, "level");
	out->description = cursor_u8(in, "description");
	if (out->level != TLS_LEVEL_warning && out->level != TLS_LEVEL_fatal)
		cursor_fail(in, "level");
	return cursor_end(in, "Alert");
}

bool
tls_alert_is_fatal(const struct tls_alert *a, enum tls_version v)
{
	if (a->description == TLS_ALERT_close_notify)
		return false;
	if (tls_version_is_13(v))
		return a->description != TLS_ALERT_user_canceled;
	return a->level == TLS_LEVEL_fatal;
}

const char *
tls_alert_name(uint8_t description)
{
	switch (description) {
#define TLS_ALERT(code, name, reference) \
	case code:                       \
		return #name;
#include "dissectors/tls/iana_alerts.def"
	default:
		return NULL;
	}
}
