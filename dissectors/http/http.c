/*
 * http.c - see http.h.
 */
#include "dissectors/http/http.h"

enum { METHOD_MAX = 16, VERSION_LEN = 8 }; /* "HTTP/1.1" */

/* Up to `stop`, which is taken too; empty and a failure when it does not come before the line ends.
 */
static struct bytes
word(struct cursor *in, uint8_t stop, const char *field)
{
	size_t from = in->pos;

	while (cursor_more(in)) {
		uint8_t c = cursor_u8(in, field);
		if (c == stop) {
			struct bytes taken = cursor_since(in, from);
			taken.len--;
			return taken;
		}
		if (c == '\r' || c == '\n')
			break;
	}
	cursor_fail(in, field);
	return (struct bytes){0};
}

/* A line without its end; what is left when the message is cut. */
static struct bytes
line(struct cursor *in)
{
	size_t from = in->pos;

	while (cursor_more(in) && cursor_u8(in, "line") != '\n')
		;
	struct bytes l = cursor_since(in, from);
	while (l.len > 0 && (l.data[l.len - 1] == '\n' || l.data[l.len - 1] == '\r'))
		l.len--;
	return l;
}

static bool
is_version(struct bytes b)
{
	return b.len >= VERSION_LEN && memcmp(b.data, "HTTP/1.", VERSION_LEN - 1) == 0;
}

static bool
is_host(struct bytes l)
{
	static const char name[] = "host:";

	for (size_t i = 0; i < sizeof(name) - 1; i++)
		if (l.len <= i || (l.data[i] | 0x20) != (name[i] | 0x20))
			return false;
	return true;
}

static struct bytes
host_of(struct bytes l)
{
	size_t n = 0;

	bytes_take(&l, 5);
	while (l.len > 0 && (l.data[0] == ' ' || l.data[0] == '\t'))
		bytes_take(&l, 1);
	while (n < l.len && l.data[n] != ':' && l.data[n] != ' ' && l.data[n] != '\t')
		n++;
	l.len = n;
	return l;
}

bool
http_request_parse(struct cursor *in, struct http_request *out)
{
	*out = (struct http_request){0};
	out->method = word(in, ' ', "method");
	out->target = word(in, ' ', "request-target");
	if (!cursor_ok(in) || out->method.len == 0 || out->method.len > METHOD_MAX ||
	    !is_version(line(in)))
		return false;
	while (cursor_more(in)) {
		struct bytes l = line(in);
		if (l.len == 0)
			break;
		if (is_host(l))
			out->host = host_of(l);
	}
	return true;
}

unsigned
http_status_parse(struct cursor *in)
{
	struct bytes version = word(in, ' ', "HTTP-version");
	struct bytes code = cursor_bytes(in, 3, "status-code");
	unsigned value = 0;

	if (!cursor_ok(in) || version.len != VERSION_LEN || !is_version(version))
		return 0;
	for (size_t i = 0; i < code.len; i++) {
		if (code.data[i] < '0' || code.data[i] > '9')
			return 0;
		value = value * 10 + (unsigned)(code.data[i] - '0');
	}
	return value >= 100 && value <= 599 ? value : 0;
}
