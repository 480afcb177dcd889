/*
 * address.c - addresses to text and back. See address.h.
 */
#include "db/address.h"

#include "db/text.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(ADDRESS_TEXT_MAX == INET6_ADDRSTRLEN, "room for all");

static void
put_octet(struct text *t, unsigned octet)
{
	if (octet >= 100)
		text_put_char(t, (char)('0' + octet / 100));
	if (octet >= 10)
		text_put_char(t, (char)('0' + octet / 10 % 10));
	text_put_char(t, (char)('0' + octet % 10));
}

/* IPv4 by hand: inet_ntop is a printf. */
const char *
address_text(const struct outcome_endpoint *e, char buf[ADDRESS_TEXT_MAX])
{
	struct text t = {buf, 0, ADDRESS_TEXT_MAX};

	if (e->family == 6)
		return inet_ntop(AF_INET6, e->addr, buf, ADDRESS_TEXT_MAX);
	if (e->family != 4)
		return NULL;
	put_octet(&t, e->addr[0]);
	for (int i = 1; i < 4; i++) {
		text_put_char(&t, '.');
		put_octet(&t, e->addr[i]);
	}
	text_put_char(&t, '\0');
	return buf;
}

struct outcome_endpoint
address_parse(const char *text)
{
	struct outcome_endpoint e = {0};

	if (text == NULL)
		return e;
	if (inet_pton(AF_INET, text, e.addr) == 1)
		e.family = 4;
	else if (inet_pton(AF_INET6, text, e.addr) == 1)
		e.family = 6;
	return e;
}
