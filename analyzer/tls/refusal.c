/*
 * refusal.c - see refusal.h. One function per protocol; the first that recognises its own answers.
 * HTTP: RFC 9110 section 15; nginx names causes 495 and 496 in the page of a 400. SMTP: RFC 5321
 * section 4.2; IMAP: RFC 9051 section 7.1; LDAP: RFC 4511 section 4.1.9; PostgreSQL: its manual,
 * "Message Formats"; MySQL: its manual, "ERR_Packet".
 */
#include "analyzer/tls/refusal.h"

#include <stdio.h>
#include <string.h>

#include "dissectors/wire/cursor.h"

static bool
begins(struct bytes data, const char *text)
{
	size_t n = strlen(text);

	return data.len >= n && memcmp(data.data, text, n) == 0;
}

static struct bytes
first_line(struct bytes data)
{
	size_t n = 0;

	while (n < data.len && data.data[n] != '\r' && data.data[n] != '\n')
		n++;
	return bytes_of(data.data, n);
}

/* Copy what is printable; everything else becomes a space. */
static void
copy_text(struct bytes text, char *out, size_t size)
{
	size_t n = text.len < size - 1 ? text.len : size - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = text.data[i] >= 0x20 && text.data[i] < 0x7f ? (char)text.data[i] : ' ';
	out[n] = '\0';
}

static bool
all_digits(const uint8_t *p)
{
	for (unsigned i = 0; i < 3; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

/* --- HTTP/1 -------------------------------------------------------------------------------------
 */

/* Status codes that refuse who asks, or what was shown; others are about the resource. */
static const char *const http_codes[] = {"400", "401", "403", "407", "421", "495", "496", "511"};

/* The page's title often says more than the status line. */
static struct bytes
title_of(struct bytes page)
{
	static const char open[] = "<title>";

	for (size_t i = 0; i + sizeof(open) - 1 <= page.len; i++) {
		if (memcmp(page.data + i, open, sizeof(open) - 1) != 0)
			continue;
		struct bytes title =
		    bytes_of(page.data + i + sizeof(open) - 1, page.len - i - (sizeof(open) - 1));
		const uint8_t *end = title.len > 0 ? memchr(title.data, '<', title.len) : NULL;
		title.len = end != NULL ? (size_t)(end - title.data) : 0;
		return title;
	}
	return (struct bytes){0};
}

static bool
find_http(struct bytes data, bool first, char *out)
{
	struct bytes line = first_line(data), title;
	bool refuses = false;

	(void)first;
	if (!begins(line, "HTTP/1.") || line.len < 12 || !all_digits(line.data + 9))
		return false;
	for (size_t i = 0; i < sizeof(http_codes) / sizeof(http_codes[0]); i++)
		refuses |= memcmp(line.data + 9, http_codes[i], 3) == 0;
	if (!refuses)
		return false;
	copy_text(line, out, REFUSAL_TEXT_MAX + 1);
	title = title_of(data);
	size_t n = strlen(out);
	if (title.len > 0 && n + 3 < REFUSAL_TEXT_MAX) {
		memcpy(out + n, ": ", 2);
		copy_text(title, out + n + 2, REFUSAL_TEXT_MAX + 1 - n - 2);
	}
	return true;
}

/* --- lines of text ------------------------------------------------------------------------------
 */

/* Permanent and transient refusals about who the client is: RFC 4954 section 6, RFC 5321, RFC 3207.
 */
static const char *const mail_codes[] = {"421 ", "421-", "454 ", "530 ", "530-", "534 ", "535 ",
					 "535-", "538 ", "550 ", "550-", "554 ", "554-"};

static bool
find_mail(struct bytes data, bool first, char *out)
{
	struct bytes line = first_line(data);

	(void)first;
	if (line.len < 4 || line.len == data.len)
		return false;
	for (size_t i = 0; i < sizeof(mail_codes) / sizeof(mail_codes[0]); i++)
		if (begins(line, mail_codes[i])) {
			copy_text(line, out, REFUSAL_TEXT_MAX + 1);
			return true;
		}
	return false;
}

/* "* BYE text" for a greeting (later it answers LOGOUT), or "tag NO text" of a command that
 * authenticates. */
static bool
find_imap(struct bytes data, bool first, char *out)
{
	struct bytes line = first_line(data), rest = line;
	size_t n = 0;

	if (line.len == data.len)
		return false;
	while (n < rest.len && n < 16 && rest.data[n] != ' ')
		n++;
	if (n == 0 || n == rest.len || rest.data[n] != ' ')
		return false;
	bytes_take(&rest, n + 1);
	if (!((first && begins(line, "* BYE ")) || begins(rest, "NO [AUTH") ||
	      begins(rest, "NO [PRIVACY")))
		return false;
	copy_text(line, out, REFUSAL_TEXT_MAX + 1);
	return true;
}

/* --- binary -------------------------------------------------------------------------------------
 */

/* ErrorResponse: 'E', length, then fields, each a letter and a string; 'M' is for people. */
static bool
find_postgres(struct bytes data, bool first, char *out)
{
	struct cursor c = cursor_init(data, 0);
	uint32_t len;

	(void)first;
	if (cursor_u8(&c, "type") != 'E' || (len = cursor_u32(&c, "length")) < 6 ||
	    len > data.len - 1)
		return false;
	struct bytes fields = cursor_bytes(&c, len - 4, "fields");
	while (fields.len > 1 && fields.data[0] != 0) {
		const uint8_t *end = memchr(fields.data, 0, fields.len);
		if (end == NULL)
			return false;
		struct bytes field = bytes_take(&fields, (size_t)(end - fields.data) + 1);
		if (field.data[0] != 'M')
			continue;
		copy_text(bytes_of(field.data + 1, field.len - 2), out, REFUSAL_TEXT_MAX + 1);
		return true;
	}
	return false;
}

/* ERR_Packet: length (3, little-endian), sequence number, 0xff, code, '#', SQL state, text. */
static bool
find_mysql(struct bytes data, bool first, char *out)
{
	struct cursor c = cursor_init(data, 0);
	uint32_t low = cursor_u16le(&c, "length"), len = low | (uint32_t)cursor_u8(&c, "length")
								   << 16;

	(void)first;
	cursor_u8(&c, "sequence");
	if (cursor_u8(&c, "header") != 0xff || len + 4 > data.len || len < 9)
		return false;
	unsigned code = cursor_u16le(&c, "error_code");
	if (cursor_u8(&c, "marker") != '#' || code < 1000)
		return false;
	cursor_skip(&c, 5, "sql_state");
	struct bytes text = cursor_bytes(&c, len - 9, "error_message");
	snprintf(out, REFUSAL_TEXT_MAX + 1, "ERROR %u: ", code);
	copy_text(text, out + strlen(out), REFUSAL_TEXT_MAX + 1 - strlen(out));
	return true;
}

/* BindResponse or ExtendedResponse whose resultCode refuses: RFC 4511 sections 4.1.9, 4.2.2. */
static bool
find_ldap(struct bytes data, bool first, char *out)
{
	struct cursor c = cursor_init(data, 0);
	uint8_t code;

	(void)first;
	if (cursor_u8(&c, "SEQUENCE") != 0x30 || cursor_u8(&c, "length") > 0x7f ||
	    cursor_u8(&c, "messageID") != 2)
		return false;
	cursor_vec(&c, 1, "messageID");
	uint8_t op = cursor_u8(&c, "protocolOp");
	if ((op != 0x61 && op != 0x78) || cursor_u8(&c, "length") > 0x7f ||
	    cursor_u16(&c, "resultCode") != 0x0a01)
		return false;
	code = cursor_u8(&c, "resultCode");
	cursor_skip(&c, 1, "matchedDN");
	cursor_vec(&c, 1, "matchedDN");
	cursor_skip(&c, 1, "diagnosticMessage");
	struct bytes text = cursor_vec(&c, 1, "diagnosticMessage");
	/* strongerAuthRequired, confidentialityRequired, inappropriateAuthentication,
	 * invalidCredentials, insufficientAccessRights, unavailable, unwillingToPerform */
	if (c.failure != CURSOR_OK || !(code == 8 || code == 13 || (code >= 48 && code <= 53)))
		return false;
	snprintf(out, REFUSAL_TEXT_MAX + 1, "LDAP result %u: ", code);
	copy_text(text, out + strlen(out), REFUSAL_TEXT_MAX + 1 - strlen(out));
	return true;
}

static bool (*const finders[])(struct bytes data, bool first, char *out) = {
    find_http, find_postgres, find_mysql, find_mail, find_imap, find_ldap,
};

bool
refusal_find(struct bytes data, bool first, char out[REFUSAL_TEXT_MAX + 1])
{
	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++)
		if (finders[i](data, first, out))
			return true;
	return false;
}
