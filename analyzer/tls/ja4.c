/*
 * ja4.c - see ja4.h, also for the licence notice.
 * Sections named in comments are those of the specification. Clients of one make send the same
 * lists in the same order: a hello like one met before costs a comparison, and no digest.
 */
#include "analyzer/tls/ja4.h"

#include <stdlib.h>

#include "analyzer/crypto/hash.h"
#include "analyzer/hash.h"
#include "dissectors/wire/cursor.h"

enum {
	EXT_SERVER_NAME = 0,
	EXT_SIGNATURE_ALGORITHMS = 13,
	EXT_ALPN = 16,
	EXT_SUPPORTED_VERSIONS = 43,

	JA4_BEGIN = 10,    /* characters before the first "_" */
	CODES_MAX = 65536, /* more than the lists of one ClientHello can hold */
	CODE_TEXT = 5,     /* "002f," */
	DIGEST_TEXT = 12,
	COUNT_MAX = 99,
	SHORT_LIST = 48, /* sorted by insertion up to here */

	MET_SLOTS = 1024,
	MET_MAX = 472, /* bytes of a hello's key; what has more is made each time */
};

/* Codes to hash: sorted ones, then `tail` ones in their own order behind a "_". */
struct codes {
	uint16_t code[CODES_MAX];
	size_t sorted, count;
};

/* All that a fingerprint is made of, as it was sent. */
struct met {
	size_t len; /* 0: free */
	uint8_t key[MET_MAX];
	char text[JA4_SIZE];
};

/* What the extensions say, besides their codes. */
struct extensions {
	bool server_name;
	bool has_versions;
	unsigned version, count;
	struct bytes alpn, signature_algorithms;
};

struct ja4 {
	struct hasher *hasher;
	struct hash_key key;
	struct extensions extensions; /* of the hello in hand; borrowed */
	struct codes codes;           /* likewise, until they are digested */
	char text[CODES_MAX * CODE_TEXT];
	struct met met[MET_SLOTS];
};

struct ja4 *
ja4_create(void)
{
	struct ja4 *j = calloc(1, sizeof *j);

	if (j == NULL)
		return NULL;
	j->hasher = hasher_create();
	if (j->hasher == NULL || !hash_key_init(&j->key)) {
		ja4_destroy(j);
		return NULL;
	}
	return j;
}

void
ja4_destroy(struct ja4 *j)
{
	if (j == NULL)
		return;
	hasher_destroy(j->hasher);
	free(j);
}

/* RFC 8701 section 2: 0x0a0a, 0x1a1a, ... 0xfafa. */
static bool
is_grease(uint16_t code)
{
	return (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

static void
codes_add(struct codes *c, uint16_t code)
{
	if (c->count < CODES_MAX && !is_grease(code))
		c->code[c->count++] = code;
}

static void
codes_add_list(struct codes *c, struct bytes list)
{
	struct cursor in = cursor_init(list, 0);

	while (cursor_left(&in) >= 2)
		codes_add(c, cursor_u16(&in, "code"));
}

static int
compare_codes(const void *a, const void *b)
{
	return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static void
codes_sort(struct codes *c)
{
	c->sorted = c->count;
	if (c->count > SHORT_LIST) {
		qsort(c->code, c->count, sizeof c->code[0], compare_codes);
		return;
	}
	for (size_t i = 1; i < c->count; i++) {
		uint16_t code = c->code[i];
		size_t k = i;
		for (; k > 0 && c->code[k - 1] > code; k--)
			c->code[k] = c->code[k - 1];
		c->code[k] = code;
	}
}

static void
put_hex4(char *out, uint16_t v)
{
	static const char digit[] = "0123456789abcdef";

	for (unsigned i = 0; i < 4; i++)
		out[i] = digit[v >> (12 - 4 * i) & 15];
}

/* "Cipher hash", "Extension hash": lower-case hex, commas, "_" before what is not sorted. "If there
 * are no ciphers [extensions] in the sorted list": zeros. */
static bool
put_digest(struct ja4 *j, char out[DIGEST_TEXT])
{
	const struct codes *c = &j->codes;
	uint8_t sha256[HASH_SHA256_LEN];
	size_t n = 0;

	if (c->sorted == 0) {
		memset(out, '0', DIGEST_TEXT);
		return true;
	}
	for (size_t i = 0; i < c->count; i++) {
		if (i > 0)
			j->text[n++] = i == c->sorted ? '_' : ',';
		put_hex4(j->text + n, c->code[i]);
		n += 4;
	}
	if (!hasher_sha256(j->hasher, bytes_of(j->text, n), sha256))
		return false;
	for (unsigned i = 0; i < DIGEST_TEXT / 4; i++)
		put_hex4(out + 4 * i, (uint16_t)(sha256[2 * i] << 8 | sha256[2 * i + 1]));
	return true;
}

/* "TLS and DTLS Version": the highest value of the extension, as a number. */
static unsigned
highest_version(struct bytes body)
{
	struct cursor in = cursor_init(body, 0);
	struct cursor list = cursor_init(cursor_vec(&in, 1, "versions"), 0);
	unsigned highest = 0;

	while (cursor_left(&list) >= 2) {
		uint16_t v = cursor_u16(&list, "version");
		if (!is_grease(v) && v > highest)
			highest = v;
	}
	return highest;
}

/* The vector inside an extension whose body is one vector. */
static struct bytes
inner_list(struct bytes body)
{
	struct cursor in = cursor_init(body, 0);

	return cursor_vec(&in, 2, "list");
}

static struct bytes
first_protocol(struct bytes body)
{
	struct cursor list = cursor_init(inner_list(body), 0);

	return cursor_vec(&list, 1, "ProtocolName");
}

void
ja4_begin(struct ja4 *j)
{
	j->extensions = (struct extensions){0};
	j->codes.count = 0;
}

void
ja4_extension(struct ja4 *j, uint16_t type, struct bytes data)
{
	struct extensions *x = &j->extensions;

	if (is_grease(type))
		return;
	x->count++;
	if (type != EXT_SERVER_NAME && type != EXT_ALPN)
		codes_add(&j->codes, type);
	switch (type) {
	case EXT_SERVER_NAME:
		x->server_name = true;
		break;
	case EXT_SIGNATURE_ALGORITHMS:
		x->signature_algorithms = inner_list(data);
		break;
	case EXT_ALPN:
		x->alpn = first_protocol(data);
		break;
	case EXT_SUPPORTED_VERSIONS:
		x->has_versions = true;
		x->version = highest_version(data);
		break;
	}
}

static const char *
version_text(unsigned version)
{
	static const struct {
		uint16_t version;
		const char *text;
	} rows[] = {
	    {0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"}, {0x0300, "s3"},
	    {0x0002, "s2"}, {0xfeff, "d1"}, {0xfefd, "d2"}, {0xfefc, "d3"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].version == version)
			return rows[i].text;
	return "00";
}

static bool
is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "ALPN Extension Value" */
static void
put_alpn(char out[2], struct bytes alpn)
{
	static const char digit[] = "0123456789abcdef";
	uint8_t first, last;

	out[0] = out[1] = '0';
	if (alpn.len == 0)
		return;
	first = alpn.data[0];
	last = alpn.data[alpn.len - 1];
	if (is_alphanumeric(first) && is_alphanumeric(last)) {
		out[0] = (char)first;
		out[1] = (char)last;
	} else {
		out[0] = digit[first >> 4];
		out[1] = digit[last & 15];
	}
}

static void
put_count(char out[2], size_t n)
{
	if (n > COUNT_MAX)
		n = COUNT_MAX;
	out[0] = (char)('0' + n / 10);
	out[1] = (char)('0' + n % 10);
}

static bool
put_digests(struct ja4 *j, const struct ja4_hello *hello, char out[JA4_SIZE])
{
	codes_sort(&j->codes);
	if (j->codes.sorted > 0)
		codes_add_list(&j->codes, j->extensions.signature_algorithms);
	bool ok = put_digest(j, out + 24);
	j->codes.count = 0;
	codes_add_list(&j->codes, hello->cipher_suites);
	codes_sort(&j->codes);
	put_count(out + 4, j->codes.count);
	out[10] = out[23] = '_';
	return put_digest(j, out + 11) && ok;
}

static void
put(uint8_t *key, size_t *len, const void *data, size_t n)
{
	if (n > 0)
		memcpy(key + *len, data, n);
	*len += n;
}

static bool
is_met(const struct met *m, const uint8_t *key, size_t len)
{
	return m->len == len && memcmp(m->key, key, len) == 0;
}

/* What was made for a hello with the same lists and the same beginning of the fingerprint, or
 * where it can be kept; NULL when there is too much of it. *found: it was met before. */
static struct met *
find_met(struct ja4 *j, const struct ja4_hello *hello, const char *out, bool *found)
{
	const struct bytes ciphers = hello->cipher_suites;
	const struct bytes schemes = j->extensions.signature_algorithms;
	const size_t types_len = j->codes.count * sizeof j->codes.code[0];
	const size_t lengths[] = {ciphers.len, types_len};
	uint8_t key[MET_MAX];
	size_t len = 0;

	if (sizeof lengths + JA4_BEGIN + ciphers.len + types_len + schemes.len > MET_MAX)
		return NULL;
	put(key, &len, lengths, sizeof lengths);
	put(key, &len, out, JA4_BEGIN);
	put(key, &len, ciphers.data, ciphers.len);
	put(key, &len, j->codes.code, types_len);
	put(key, &len, schemes.data, schemes.len);
	const uint64_t hash = hash_bytes(&j->key, key, len);
	struct met *m = &j->met[hash % MET_SLOTS];
	*found = is_met(m, key, len);
	if (!*found && m->len > 0) { /* another's place: it has a second one */
		m = &j->met[hash / MET_SLOTS % MET_SLOTS];
		*found = is_met(m, key, len);
	}
	if (!*found) {
		memcpy(m->key, key, len);
		m->len = len;
	}
	return m;
}

/* t13d1516h2_8daaf6152771_e5627efa2ab1: each part has its fixed place. */
bool
ja4_text(struct ja4 *j, const struct ja4_hello *hello, char out[JA4_SIZE])
{
	const struct extensions *x = &j->extensions;
	bool found = false;

	out[0] = hello->transport;
	memcpy(out + 1, version_text(x->has_versions ? x->version : hello->legacy_version), 2);
	out[3] = x->server_name ? 'd' : 'i';
	memcpy(out + 4, "00", 2); /* the number of ciphers, which their list tells */
	put_count(out + 6, x->count);
	put_alpn(out + 8, x->alpn);
	struct met *m = find_met(j, hello, out, &found);
	if (found) {
		memcpy(out, m->text, JA4_SIZE);
		return true;
	}
	bool ok = put_digests(j, hello, out);
	out[ok ? JA4_LEN : 0] = '\0';
	if (m != NULL) {
		memcpy(m->text, out, JA4_SIZE);
		m->len = ok ? m->len : 0;
	}
	return ok;
}
