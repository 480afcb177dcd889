/*
 * fuzz_decrypt.c - hostile plaintext under good keys: a TLS 1.3 or 1.2 session whose records the
 * input fills. What is inside encrypted records is as hostile as what is not, and goes deeper.
 *
 * Input: a byte of options (1: TLS 1.2, 2: secrets come last, 4: post-handshake authentication),
 * then chunks: a byte of flags (1: from the server, 2: as it is, not encrypted, 4: application
 * keys, 8: a hole), content type, length, bytes.
 */
#include <openssl/evp.h>
#include <stdlib.h>

#include "analyzer/crypto/kdf.h"
#include "analyzer/tls/tls_stream.h"
#include "analyzer/verdict/judge.h"

enum { BODY_MAX = 255 + 32, SECRET_LEN = 32 };

struct fuzz {
	struct tls_run run;
	struct tls_wing wing;
	struct flow_table *flows;
	uint32_t seq[2];
	uint64_t frame, number[2][2];
	bool old;
};

static const char keylog[] =
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET "
    "0101010101010101010101010101010101010101010101010101010101010101 "
    "1111111111111111111111111111111111111111111111111111111111111111\n"
    "SERVER_HANDSHAKE_TRAFFIC_SECRET "
    "0101010101010101010101010101010101010101010101010101010101010101 "
    "1212121212121212121212121212121212121212121212121212121212121212\n"
    "CLIENT_TRAFFIC_SECRET_0 0101010101010101010101010101010101010101010101010101010101010101 "
    "1313131313131313131313131313131313131313131313131313131313131313\n"
    "SERVER_TRAFFIC_SECRET_0 0101010101010101010101010101010101010101010101010101010101010101 "
    "1414141414141414141414141414141414141414141414141414141414141414\n"
    "CLIENT_RANDOM 0101010101010101010101010101010101010101010101010101010101010101 "
    "1515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515"
    "15"
    "\n";

static void
hear(void *ctx, struct tls_session *s, enum flow_end why)
{
	struct outcome o;

	(void)ctx;
	if (!judge_session(s, why, &o) || o.n_attempts == 0 || o.explanation == NULL)
		abort();
}

static void
segment(struct fuzz *f, int side, const uint8_t *data, size_t len, bool lost)
{
	static const struct endpoint ends[2] = {{.addr = {10, 0, 0, 2}, .port = 50000, .family = 4},
						{.addr = {10, 0, 0, 1}, .port = 443, .family = 4}};
	uint8_t flags = data == NULL && side == 0 ? TCP_SYN
			: data == NULL            ? TCP_SYN | TCP_ACK
						  : TCP_ACK;
	struct segment s = {.src = ends[side],
			    .dst = ends[!side],
			    .protocol = PROTOCOL_TCP,
			    .ttl = 64,
			    .tcp_flags = flags,
			    .seq = f->seq[side],
			    .ack = f->seq[!side],
			    .payload = bytes_of(data, len),
			    .payload_len = (uint32_t)len,
			    .frame = ++f->frame,
			    .time_ns = (int64_t)f->frame * 1000000};

	f->seq[side] += data == NULL ? 1 : (uint32_t)len;
	if (!lost && !flow_feed_segment(f->flows, &s))
		abort();
}

static void
record(struct fuzz *f, int side, uint8_t type, const uint8_t *body, size_t len, bool lost)
{
	uint8_t out[5 + BODY_MAX + 64] = {type, 3, 3, (uint8_t)(len >> 8), (uint8_t)len};

	memcpy(out + 5, body, len);
	segment(f, side, out, len + 5, lost);
}

/* AES-128-GCM; len grows by the tag. */
static void
seal(const uint8_t key[16], const uint8_t nonce[12], struct bytes additional, uint8_t *body,
     size_t *len)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;

	if (EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, key, nonce) != 1 ||
	    EVP_EncryptUpdate(c, NULL, &n, additional.data, (int)additional.len) != 1 ||
	    EVP_EncryptUpdate(c, body, &n, body, (int)*len) != 1 ||
	    EVP_EncryptFinal_ex(c, body + *len, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, body + *len) != 1)
		abort();
	*len += 16;
	EVP_CIPHER_CTX_free(c);
}

static void
sealed_13(struct fuzz *f, int side, bool application, uint8_t type, const uint8_t *data, size_t len,
	  bool lost)
{
	uint8_t secret[SECRET_LEN], key[16], nonce[12], body[BODY_MAX + 64];
	size_t n = len + 1, total = n + 16;
	const uint8_t header[5] = {23, 3, 3, (uint8_t)(total >> 8), (uint8_t)total};
	uint64_t seq = f->number[side][application]++;

	memset(secret, 0x11 + side + 2 * application, sizeof(secret));
	struct bytes from = bytes_of(secret, sizeof(secret)), none = {0};
	if (!kdf_expand_label(f->run.crypto, TLS_HASH_SHA256, from, "key", none, key, 16) ||
	    !kdf_expand_label(f->run.crypto, TLS_HASH_SHA256, from, "iv", none, nonce, 12))
		abort();
	for (unsigned i = 0; i < 8; i++)
		nonce[11 - i] ^= (uint8_t)(seq >> (8 * i));
	memcpy(body, data, len);
	body[len] = type;
	seal(key, nonce, bytes_of(header, 5), body, &n);
	record(f, side, 23, body, n, lost);
}

static void
sealed_12(struct fuzz *f, int side, uint8_t type, const uint8_t *data, size_t len, bool lost)
{
	uint8_t seed[64], master[48], block[40], nonce[12], body[8 + BODY_MAX + 64] = {0};
	uint64_t seq = f->number[side][0]++;
	size_t n = len;

	memset(master, 0x15, sizeof(master));
	memset(seed, 2, 32);
	memset(seed + 32, 1, 32);
	if (!kdf_prf(f->run.crypto, TLS_HASH_SHA256, bytes_of(master, 48), "key expansion",
		     bytes_of(seed, 64), block, sizeof(block)))
		abort();
	body[7] = (uint8_t)seq;
	memcpy(nonce, block + 32 + 4 * side, 4);
	memcpy(nonce + 4, body, 8);
	const uint8_t header[13] = {0,
				    0,
				    0,
				    0,
				    0,
				    0,
				    (uint8_t)(seq >> 8),
				    (uint8_t)seq,
				    type,
				    3,
				    3,
				    (uint8_t)(len >> 8),
				    (uint8_t)len};
	memcpy(body + 8, data, len);
	seal(block + 16 * side, nonce, bytes_of(header, 13), body + 8, &n);
	record(f, side, type, body, n + 8, lost);
}

static void
hello(struct fuzz *f, int side, bool late)
{
	uint8_t m[128] = {side == 0 ? 1 : 2, 0, 0, 0, 3, 3};
	size_t n = 6;

	memset(m + n, side == 0 ? 1 : 2, 32);
	n += 32;
	m[n++] = 0;
	if (side == 0)
		m[n++] = 0, m[n++] = 2;
	m[n++] = f->old ? 0xc0 : 0x13; /* AES-128-GCM with SHA-256 */
	m[n++] = f->old ? 0x2f : 0x01;
	if (side == 0)
		m[n++] = 1;
	m[n++] = 0;
	if (!f->old || late) {
		const uint8_t versions[2][7] = {{0, 43, 0, 3, 2, 3, 4}, {0, 43, 0, 2, 3, 4, 0}};
		size_t len = side == 0 ? 7 : 6, more = side == 0 && late ? 4 : 0;
		m[n++] = 0;
		m[n++] = (uint8_t)(len + more);
		memcpy(m + n, versions[side], len);
		n += len;
		if (more > 0)
			memcpy(m + n, "\0\61\0\0", 4), n += 4; /* post_handshake_auth (49) */
	}
	m[3] = (uint8_t)(n - 4);
	record(f, side, 22, m, n, false);
}

static void
chunks(struct fuzz *f, const uint8_t *data, size_t size)
{
	while (size >= 3) {
		int side = data[0] & 1;
		size_t len = data[2] < size - 3 ? data[2] : size - 3;
		bool lost = (data[0] & 8) != 0;
		if ((data[0] & 2) != 0)
			record(f, side, data[1], data + 3, len, lost);
		else if (f->old)
			sealed_12(f, side, data[1], data + 3, len, lost);
		else
			sealed_13(f, side, (data[0] & 4) != 0, data[1], data + 3, len, lost);
		data += 3 + len;
		size -= 3 + len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz *f = calloc(1, sizeof(*f));
	struct bytes text = bytes_of(keylog, sizeof(keylog) - 1);

	if (size == 0 || f == NULL || !tls_run_init(&f->run)) {
		free(f);
		return 0;
	}
	bool last = (data[0] & 2) != 0;
	f->old = (data[0] & 1) != 0;
	tls_run_next_capture(&f->run, last);
	if (!last)
		tls_run_add_secrets(&f->run, text);
	f->wing = (struct tls_wing){.run = &f->run, .sink = {.session = hear}};
	struct flow_sink sink = tls_wing_sink(&f->wing);
	if ((f->flows = flow_table_create(&sink)) == NULL)
		abort();
	segment(f, 0, NULL, 0, false);
	segment(f, 1, NULL, 0, false);
	hello(f, 0, (data[0] & 4) != 0 && !f->old);
	hello(f, 1, false);
	if (f->old) {
		record(f, 0, 20, (const uint8_t *)"\1", 1, false);
		record(f, 1, 20, (const uint8_t *)"\1", 1, false);
	}
	chunks(f, data + 1, size - 1);
	if (last)
		tls_run_add_secrets(&f->run, text);
	flow_finish(f->flows);
	flow_table_destroy(f->flows);
	if (f->run.held_bytes != 0 || f->run.transcript_bytes != 0)
		abort();
	tls_run_finish(&f->run);
	free(f);
	return 0;
}
