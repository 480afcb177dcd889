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

bool
fetches_url_parse(struct arena *a, struct bytes text, struct fetches_url *out)
{
	char *copy = arena_text(a, text.data, text.len);

	if (copy == NULL || !scheme_is_http(copy))
		return false;
	const char *authority = copy + strlen("http://");
	size_t n = strcspn(authority, "/?#");
	char *host = arena_text(a, authority, n);
	if (host == NULL)
		return false;
	char *user = strchr(host, '@');
	if (user != NULL)
		host = user + 1;
	char *end = host[0] == '[' ? strchr(host, ']') : strchr(host, ':');
	const char *port = end != NULL && *end == ']' ? strchr(end, ':') : end;
	*out = (struct fetches_url){
	    .text = copy, .path = authority[n] == '/' ? authority + n : "/", .port = HTTP_PORT};
	if (port != NULL && port[1] != '\0')
		out->port = port_of(port + 1);
	if (end != NULL)
		*end = '\0';
	host += host[0] == '[';
	make_lower(host);
	out->host = host;
	return host[0] != '\0' && out->port != 0;
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
	return begins(target, url->path) || begins(target, url->text);
}
