/*
 * alert.h - TLS alert: level and description. Only a plaintext or decrypted alert has a readable
 * body. RFC 8446 section 6, RFC 5246 section 7.2; names in iana_alerts.def.
 */
#ifndef DISSECTORS_TLS_ALERT_H
#define DISSECTORS_TLS_ALERT_H

#include "dissectors/tls/version.h"
#include "dissectors/wire/cursor.h"

/* TLS_ALERT_handshake_failure = 40 and so on, in IANA's spelling. */
enum tls_alert_description {
#define TLS_ALERT(code, name, reference) TLS_ALERT_##name = (code),
#include "dissectors/tls/iana_alerts.def"
};

enum tls_alert_level { TLS_LEVEL_warning = 1, TLS_LEVEL_fatal = 2 };

enum { TLS_ALERT_LEN = 2 };

struct tls_alert {
	uint8_t level;
	uint8_t description;
};

/* `in` covers one alert. Fails when it is not two bytes or the level is neither 1 nor 2 (the fields
 * are set then, too): ciphertext of an encrypted alert looks like that. The description may be
 * unknown. */
bool tls_alert_parse(struct cursor *in, struct tls_alert *out);

/* Ends the connection: level fatal before 1.3; in 1.3, where the level means nothing (RFC 8446
 * section 6), everything but close_notify and user_canceled. close_notify is an orderly end, not
 * fatal. */
bool tls_alert_is_fatal(const struct tls_alert *a, enum tls_version v);

/* "handshake_failure" etc; NULL for an unknown description. */
const char *tls_alert_name(uint8_t description);

#endif
