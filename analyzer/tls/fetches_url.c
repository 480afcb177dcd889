/*
 * fetches_url.c - see fetches_url.h.
 */
#include "analyzer/tls/fetches_url.h"

#include <string.h>

enum { HTTP_PORT = 80, OCTETS = 4 };

bool
fetches_url_next(const char **list, struct bytes *url)
{
	if (*list == NULL)
		return false;
	*list += strspn(*list, " ");
	size_t n = strcspn(*list, " ");
	*url = bytes_of(*list, n);
	*list += n;
	return n > 0;
}

static bool
scheme_is_http(const char *text)
{
	static const char scheme[] = "http://";

	for (size_t i = 0; i < sizeof(scheme) - 1; i++)
		if ((text[i] | 0x20) != (scheme[i] | 0x20))
			return false;
	return true;
}

static void
make_lower(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text | 0x20);
}

/* Digits up to the end; 0: none, or too many. */
static uint16_t
port_of(const char *text)
{
	unsigned long port = 0;

	for (; *text >= '0' && *text <= '9'; text++) {
		port = port * 10 + (unsigned long)(*text - '0');
		if (port > UINT16_MAX)
			return 0;
	}
	return *text == '\0' ? (uint16_t)port : 0;
}

/* Splits "host:port" or "[host]:port" in place. False: the port is none. */
static bool
split_port(struct fetches_url *out)
{
	bool bracket = out->host[0] == '[';
	char *end = strchr(out->host, bracket ? ']' : ':');
	const char *port = end != NULL && bracket ? strchr(end, ':') : end;

	out->port = HTTP_PORT;
	if (port != NULL && port[1] != '\0')
		out->port = port_of(port + 1);
	if (end != NULL)
		*end = '\0';
	if (bracket)
		memmove(out->host, out->host + 1, strlen(out->host));
	return out->port != 0;
}

bool
fetches_url_parse(struct bytes text, struct fetches_url *out)
{
	if (text.len > FETCHES_URL_MAX)
		return false;
	memcpy(out->text, text.data, text.len);
	out->text[text.len] = '\0';
	if (!scheme_is_http(out->text))
		return false;
	const char *authority = out->text + strlen("http://");
	size_t n = strcspn(authority, "/?#");
	const char *user = memchr(authority, '@', n);
	const char *host = user != NULL ? user + 1 : authority;
	size_t len = n - (size_t)(host - authority);
	if (len > FETCHES_HOST_MAX)
		return false;
	memcpy(out->host, host, len);
	out->host[len] = '\0';
	make_lower(out->host);
	out->path_at = authority[n] == '/' ? (uint16_t)(authority + n - out->text) : 0;
	return split_port(out) && out->host[0] != '\0';
}

bool
fetches_url_is(const struct fetches_url *url, struct bytes text)
{
	return strlen(url->text) == text.len && memcmp(url->text, text.data, text.len) == 0;
}

bool
fetches_url_address(const struct fetches_url *url, struct endpoint *out)
{
	const char *p = url->host;

	*out = (struct endpoint){.family = 4};
	for (unsigned i = 0; i < OCTETS; i++) {
		unsigned value = 0, digits = 0;
		for (; *p >= '0' && *p <= '9' && digits < 3; p++, digits++)
			value = value * 10 + (unsigned)(*p - '0');
		if (digits == 0 || value > UINT8_MAX || *p != (i + 1 < OCTETS ? '.' : '\0'))
			return false;
		p += i + 1 < OCTETS;
		out->addr[i] = (uint8_t)value;
	}
	return true;
}

static bool
begins(struct bytes text, const char *with)
{
	size_t n = strlen(with);

	return text.len >= n && memcmp(text.data, with, n) == 0;
}

bool
fetches_url_path_fits(const struct fetches_url *url, struct bytes target)
{
	return begins(target, url->path_at > 0 ? url->text + url->path_at : "/") ||
	       begins(target, url->text);
}
