/*
 * infer_view.c - sizes of records, and the encrypted part of a handshake as lists. See
 * infer_parts.h; constants are in infer_sizes.def.
 */
#include "analyzer/verdict/infer_parts.h"
#include "dissectors/tls/record.h"

static const struct {
	uint8_t bytes, hashes;
} messages[] = {
#define INFER_MESSAGE(name, bytes, hashes) [INFER_##name] = {bytes, hashes},
#include "analyzer/verdict/infer_sizes.def"
};

static const struct {
	const char *key;
	uint16_t least, most;
} verifies[] = {
#define INFER_VERIFY(key, least, most) {key, least, most},
#include "analyzer/verdict/infer_sizes.def"
};

static const struct {
	uint16_t code;
	uint8_t hash, tag;
} suites[] = {
#define INFER_SUITE(code, hash, tag) {code, hash, tag},
#include "analyzer/verdict/infer_sizes.def"
};

static const int paddings[] = {
#define INFER_PADDING(bytes) bytes,
#include "analyzer/verdict/infer_sizes.def"
};

enum {
	VERIFY_HEAD = 8, /* of a CertificateVerify, before its signature */
	CUT_LEAST = 512, /* bytes of content at which somebody cuts */
};

/* --- sizes ------------------------------------------------------------------------------------ */

bool
infer_any_padding(int *padding, unsigned i)
{
	if (i >= sizeof(paddings) / sizeof(paddings[0]))
		return false;
	*padding = paddings[i];
	return true;
}

/* TLSInnerPlaintext is content, one byte of type, padding (RFC 8446 section 5.2). */
uint32_t
infer_sealed(const struct infer_view *v, uint32_t content, int padding)
{
	return content + 1 + (uint32_t)padding + v->tag;
}

uint32_t
infer_content(const struct infer_view *v, uint32_t length, int padding)
{
	uint32_t around = infer_sealed(v, 0, padding);

	return length > around ? length - around : 0;
}

int64_t
infer_elapsed(int64_t from, int64_t to)
{
	int64_t elapsed;

	if (__builtin_sub_overflow(to, from, &elapsed))
		return to > from ? INT64_MAX : INT64_MIN;
	return elapsed;
}

uint32_t
infer_length(const struct infer_view *v, enum infer_message m, int padding)
{
	return infer_sealed(v, messages[m].bytes + messages[m].hashes * v->hash, padding);
}

bool
infer_is_padded(const struct infer_view *v, uint32_t length, enum infer_message m, int padding)
{
	return length == infer_length(v, m, padding);
}

int
infer_is(const struct infer_view *v, const struct infer_record *r, enum infer_message m)
{
	int padding;

	for (unsigned i = 0; infer_any_padding(&padding, i); i++)
		if (infer_is_padded(v, r->length, m, padding))
			return padding;
	return INFER_PAD_UNKNOWN;
}

const char *
infer_verify_key(const struct infer_view *v, uint32_t length, int padding)
{
	for (size_t i = 0; i < sizeof(verifies) / sizeof(verifies[0]); i++)
		if (length >= infer_sealed(v, VERIFY_HEAD + verifies[i].least, padding) &&
		    length <= infer_sealed(v, VERIFY_HEAD + verifies[i].most, padding))
			return verifies[i].key;
	return NULL;
}

/* RFC 8449 section 4 counts the type byte, RFC 6066 section 4 does not. */
bool
infer_at_limit(const struct infer_view *v, uint32_t length)
{
	const struct infer_input *in = v->in;
	uint32_t agreed = in->record_size_limit;
	uint32_t old = in->max_fragment_length >= 1 && in->max_fragment_length <= 4
			   ? 256u << in->max_fragment_length
			   : 0;

	return (agreed != 0 && (length == agreed + v->tag || length == agreed + v->tag + 1)) ||
	       (old != 0 && (length == old + v->tag || length == old + v->tag + 1));
}

/* Without any agreement senders cut at powers of two. */
bool
infer_may_continue(const struct infer_view *v, uint32_t length)
{
	int padding;

	if (infer_at_limit(v, length))
		return true;
	for (unsigned i = 0; infer_any_padding(&padding, i); i++) {
		uint32_t content = infer_content(v, length, padding);
		if (content >= CUT_LEAST && content <= TLS_PLAINTEXT_MAX &&
		    (content & (content - 1)) == 0)
			return true;
	}
	return false;
}

uint32_t
infer_divisor(uint32_t a, uint32_t b)
{
	while (b != 0) {
		uint32_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* --- the client's records --------------------------------------------------------------------- */

static bool
is_encrypted(const struct infer_view *v, const struct infer_record *r)
{
	return r->type == TLS_CONTENT_application_data && !r->cut && r->repeat == 0 &&
	       r->length > v->tag;
}

/* Early data was sent before the ServerHello had come; then EndOfEarlyData, if it was taken. */
static size_t
behind_early_data(const struct infer_view *v, const struct infer_side *client)
{
	const struct infer_record *r = client->records;
	size_t first = 0;

	while (first < client->count && r[first].joined &&
	       (r[first].type == TLS_CONTENT_change_cipher_spec ||
		(is_encrypted(v, &r[first]) && r[first].ack < v->in->side[TLS_SERVER].start)))
		first++;
	for (size_t i = first; i + 1 < client->count; i++) {
		int padding = infer_is(v, &r[i], INFER_END_OF_EARLY);
		if (!r[i].joined || !is_encrypted(v, &r[i]))
			break;
		if (padding != INFER_PAD_UNKNOWN &&
		    infer_is_padded(v, r[i + 1].length, INFER_FINISHED, padding))
			return i + 1;
	}
	return first;
}

static bool
joined_up_to(const struct infer_side *side, size_t n)
{
	for (size_t i = 0; i < n && i < side->count; i++)
		if (!side->records[i].joined)
			return false;
	return true;
}

static void
collect(struct infer_view *v, const struct infer_side *client, size_t from)
{
	for (size_t i = from; i < client->count; i++) {
		const struct infer_record *r = &client->records[i];
		if (r->joined && r->type == TLS_CONTENT_change_cipher_spec)
			continue;
		if (!r->joined || !is_encrypted(v, r) || v->nc == INFER_FLIGHT_MAX) {
			v->stop = r;
			return;
		}
		v->c[v->nc++] = r;
	}
}

static uint32_t
block_of(const struct infer_view *v, const struct infer_side *side)
{
	uint32_t block = 0;

	for (size_t i = 0; i < side->count; i++)
		if (side->records[i].type == TLS_CONTENT_application_data &&
		    side->records[i].repeat == 0 && side->records[i].length > v->tag)
			block = infer_divisor(block, side->records[i].length - v->tag);
	return block;
}

bool
infer_view_make(struct infer_view *v, const struct infer_input *in)
{
	const struct infer_side *client = &in->side[TLS_CLIENT];

	*v = (struct infer_view){.in = in};
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		if (suites[i].code == in->cipher_suite) {
			v->hash = suites[i].hash;
			v->tag = suites[i].tag;
		}
	if (v->hash == 0 || !in->hello || !in->side[TLS_SERVER].started)
		return false;
	if (!client->started)
		return true;
	size_t from = in->early_data ? behind_early_data(v, client) : 0;
	if (joined_up_to(client, from))
		collect(v, client, from);
	else
		v->stop = client->records;
	v->client_block = block_of(v, client);
	return true;
}
