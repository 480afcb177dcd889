/*
 * probe.c - does a TLS handshake start here? See probe.h.
 * Reads as far as the prefix goes and stops at the first byte that cannot be TLS, so that most
 * other protocols are refused by their first byte. Handshake bytes are read across record headers:
 * senders may cut a hello into records of any size (RFC 8446 section 5.1), and some do it on
 * purpose.
 */
#include "dissectors/tls/probe.h"

#include "dissectors/tls/handshake.h"
#include "dissectors/tls/record.h"
#include "dissectors/tls/sslv2.h"
#include "dissectors/tls/version.h"

enum { RANDOM_LEN = 32, SESSION_ID_MAX = 32 };

/* Handshake bytes of consecutive records. A short prefix is CURSOR_SHORT in `in`, anything that is
 * not TLS is CURSOR_VALUE. */
struct probe {
	struct cursor in;
	uint16_t version; /* of the first record; the others must agree */
	size_t fragment;  /* bytes left of the current record */
	uint32_t left;    /* bytes left of the handshake message, once known */
};

static void
require(struct probe *p, bool condition)
{
	if (cursor_ok(&p->in) && !condition)
		cursor_fail(&p->in, "probe");
}

static bool
version_ok(uint16_t version)
{
	return (version >= TLS_SSL3 && version <= TLS_1_3) || version == TLS_TLCP;
}

/* Byte by byte, so that a wrong one is seen before the rest of the header arrives. */
static void
open_record(struct probe *p)
{
	require(p, cursor_u8(&p->in, "type") == TLS_CONTENT_handshake);
	uint8_t major = cursor_u8(&p->in, "major");
	require(p, major == TLS_SSL3 >> 8 || major == TLS_TLCP >> 8);
	uint16_t version = (uint16_t)(major << 8 | cursor_u8(&p->in, "minor"));
	require(p, version_ok(version) && (p->version == 0 || version == p->version));
	p->version = version;
	p->fragment = cursor_u16(&p->in, "length");
	require(p, p->fragment > 0 && p->fragment <= TLS_CIPHERTEXT_MAX);
}

static uint8_t
next_byte(struct probe *p)
{
	if (p->fragment == 0)
		open_record(p);
	if (!cursor_ok(&p->in))
		return 0;
	p->fragment--;
	if (p->left > 0)
		p->left--;
	return cursor_u8(&p->in, "handshake");
}

static uint32_t
next_number(struct probe *p, unsigned width)
{
	uint32_t v = 0;

	while (width-- > 0)
		v = v << 8 | next_byte(p);
	return v;
}

/* What the record holds of them at once. */
static void
skip(struct probe *p, size_t n)
{
	while (n > 0 && cursor_ok(&p->in)) {
		if (p->fragment == 0)
			open_record(p);
		size_t part = n < p->fragment ? n : p->fragment;
		cursor_skip(&p->in, part, "handshake");
		p->fragment -= part;
		p->left -= part < p->left ? (uint32_t)part : p->left;
		n -= part;
	}
}

/* Record and handshake header. If the record holds more than the message, at least the header of
 * another message has to fit behind it. */
static void
open_message(struct probe *p, uint8_t type)
{
	require(p, next_byte(p) == type);
	struct tls_handshake_header h = {.type = type, .length = next_number(p, 3)};
	require(p, tls_handshake_header_plausible(&h));
	require(p, p->fragment <= h.length || p->fragment - h.length >= TLS_HANDSHAKE_HEADER_LEN);
	p->left = h.length;
}

static void
read_session_id(struct probe *p)
{
	uint8_t session_id = next_byte(p);

	require(p, session_id <= SESSION_ID_MAX && session_id < p->left);
	skip(p, session_id);
}

static enum tls_probe
answer(const struct probe *p)
{
	if (cursor_ok(&p->in))
		return TLS_PROBE_YES;
	return p->in.failure == CURSOR_SHORT ? TLS_PROBE_MORE : TLS_PROBE_NO;
}

enum tls_probe
tls_client_hello_probe(struct bytes prefix)
{
	struct probe p = {.in = cursor_init(prefix, 0)};

	open_message(&p, TLS_HS_client_hello);
	if (!cursor_ok(&p.in))
		return answer(&p);
	uint8_t major = next_byte(&p);
	require(&p, major == TLS_SSL3 >> 8 || major == TLS_TLCP >> 8);
	uint16_t version = (uint16_t)(major << 8 | next_byte(&p));
	/* A client may offer a version nobody knows yet. */
	require(&p, major == TLS_SSL3 >> 8 || version == TLS_TLCP);
	skip(&p, RANDOM_LEN);
	read_session_id(&p);
	uint32_t suites = next_number(&p, 2);
	/* At least one compression method follows. */
	require(&p, suites > 0 && suites % 2 == 0 && suites + 2 <= p.left);
	return answer(&p);
}

enum tls_probe
tls_server_hello_probe(struct bytes prefix)
{
	struct probe p = {.in = cursor_init(prefix, 0)};

	open_message(&p, TLS_HS_server_hello);
	if (!cursor_ok(&p.in))
		return answer(&p);
	uint8_t major = next_byte(&p);
	bool draft = major == TLS_DRAFT_MAJOR;
	require(&p, major == TLS_SSL3 >> 8 || major == TLS_TLCP >> 8 || draft);
	uint16_t version = (uint16_t)(major << 8 | next_byte(&p));
	require(&p, draft ? tls_version_of(version) == TLS_1_3 : version_ok(version));
	skip(&p, RANDOM_LEN);
	if (!draft)
		read_session_id(&p);
	size_t choice = draft ? 2 : 3; /* cipher_suite, compression_method */
	require(&p, p.left >= choice);
	skip(&p, choice);
	if (cursor_ok(&p.in) && p.left > 0) {
		require(&p, p.left >= 2);
		uint32_t extensions = next_number(&p, 2);
		require(&p, extensions == p.left);
	}
	return answer(&p);
}

/* Lengths of the three parts: together the message, each as RFC 5246 appendix E.2 has it. */
static bool
sslv2_lengths_ok(size_t length, size_t suites, size_t session_id, size_t challenge)
{
	enum { FIXED = 9 };

	return suites > 0 && suites % 3 == 0 && (session_id == 0 || session_id == 16) &&
	       challenge >= 16 && challenge <= 32 &&
	       length == FIXED + suites + session_id + challenge;
}

enum tls_probe
sslv2_client_hello_probe(struct bytes prefix)
{
	struct probe p = {.in = cursor_init(prefix, 0)};
	uint8_t first = cursor_u8(&p.in, "length");

	require(&p, (first & 0x80) != 0);
	if (!cursor_ok(&p.in))
		return answer(&p);
	size_t length = (size_t)(first & 0x7f) << 8 | cursor_u8(&p.in, "length");
	require(&p, cursor_u8(&p.in, "msg_type") == SSLV2_CLIENT_HELLO);
	uint16_t version = cursor_u16(&p.in, "version");
	require(&p, version == TLS_SSL2 || version_ok(version));
	size_t suites = cursor_u16(&p.in, "cipher_spec_length");
	size_t session_id = cursor_u16(&p.in, "session_id_length");
	size_t challenge = cursor_u16(&p.in, "challenge_length");
	require(&p, sslv2_lengths_ok(length, suites, session_id, challenge));
	return answer(&p);
}
