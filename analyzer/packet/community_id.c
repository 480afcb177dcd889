/*
 * community_id.c - see community_id.h.
 * SHA-1 over seed, the smaller endpoint, the larger one, protocol, zero, their ports; base64 after
 * RFC 4648 section 4.
 */
#include "analyzer/packet/community_id.h"

enum { INPUT_MAX = 2 + 16 + 16 + 2 + 4 };

static void
put(uint8_t *out, size_t *n, const void *p, size_t len)
{
	memcpy(out + *n, p, len);
	*n += len;
}

static void
put_port(uint8_t *out, size_t *n, uint16_t port)
{
	uint8_t big_endian[2] = {(uint8_t)(port >> 8), (uint8_t)port};

	put(out, n, big_endian, sizeof big_endian);
}

/* The address decides, then the port. */
static bool
is_before(const struct endpoint *a, const struct endpoint *b)
{
	int order = memcmp(a->addr, b->addr, sizeof a->addr);

	return order != 0 ? order < 0 : a->port < b->port;
}

static void
base64(const uint8_t *in, size_t len, char *out)
{
	static const char digit[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16;
		v |= i + 1 < len ? (uint32_t)in[i + 1] << 8 : 0;
		v |= i + 2 < len ? in[i + 2] : 0;
		*out++ = digit[v >> 18];
		*out++ = digit[v >> 12 & 63];
		*out++ = i + 1 < len ? digit[v >> 6 & 63] : '=';
		*out++ = i + 2 < len ? digit[v & 63] : '=';
	}
	*out = '\0';
}

bool
community_id_text(struct hasher *h, uint8_t protocol, const struct endpoint *a,
		  const struct endpoint *b, char out[COMMUNITY_ID_SIZE])
{
	const struct endpoint *first = is_before(a, b) ? a : b, *second = first == a ? b : a;
	size_t addr_len = a->family == 6 ? 16 : 4, n = 0;
	uint8_t input[INPUT_MAX], sha1[HASH_SHA1_LEN];

	out[0] = '\0';
	if (a->family != b->family)
		return false;
	put(input, &n, "\0\0", 2); /* seed 0 */
	put(input, &n, first->addr, addr_len);
	put(input, &n, second->addr, addr_len);
	put(input, &n, &protocol, 1);
	put(input, &n, "\0", 1);
	put_port(input, &n, first->port);
	put_port(input, &n, second->port);
	if (!hasher_sha1(h, bytes_of(input, n), sha1))
		return false;
	memcpy(out, "1:", 2);
	base64(sha1, sizeof sha1, out + 2);
	return true;
}
