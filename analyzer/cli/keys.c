/*
 * keys.c - see keys.h.
 */
#include "analyzer/cli/keys.h"

#include "analyzer/cli/memory.h"
#include "analyzer/crypto/crypto.h"
#include "analyzer/crypto/rsa.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 20, RSA_FILE_MAX = 64 * 1024 };

/* --- reading ------------------------------------------------------------------------------------
 */

/* Whole lines only: the rest of a chunk is the beginning of the next. */
static bool
add_chunk(struct keys *k, char *chunk, size_t *len, bool last)
{
	size_t whole = *len;

	while (!last && whole > 0 && chunk[whole - 1] != '\n')
		whole--;
	if (whole == 0 && *len == CHUNK)
		whole = *len; /* a line that long is none */
	if (!secrets_add(k->secrets, bytes_of(chunk, whole)))
		return false;
	memmove(chunk, chunk + whole, *len - whole);
	*len -= whole;
	return true;
}

static bool
read_lines(struct keys *k, FILE *file)
{
	char *chunk = crypto_grow(NULL, 0, 0, CHUNK);
	size_t len = 0, n;
	bool good = chunk != NULL;

	while (good && (n = fread(chunk + len, 1, CHUNK - len, file)) > 0) {
		len += n;
		good = add_chunk(k, chunk, &len, false);
	}
	good = good && !ferror(file) && add_chunk(k, chunk, &len, true);
	crypto_free(chunk, CHUNK);
	return good;
}

static bool
load_keylog(struct keys *k, struct command_io *io, const char *path)
{
	struct secrets_count before = secrets_count(k->secrets), after;
	FILE *file = fopen(path, "r");

	if (file == NULL || !read_lines(k, file)) {
		message_error(&io->err, path, "the key log cannot be read: %s",
			      errno != 0 ? strerror(errno) : "out of memory");
		if (file != NULL)
			fclose(file);
		return false;
	}
	fclose(file);
	after = secrets_count(k->secrets);
	if (after.junk > before.junk && after.secrets == before.secrets)
		message_warning(&io->err, path, "no line of it is of a TLS key log");
	else if (after.junk > before.junk)
		message_warning(&io->err, path, "%llu of its lines are not of a TLS key log",
				(unsigned long long)(after.junk - before.junk));
	return true;
}

static bool
load_rsa_key(struct keys *k, struct command_io *io, const char *path)
{
	uint8_t *text = crypto_grow(NULL, 0, 0, RSA_FILE_MAX);
	FILE *file = fopen(path, "r");
	struct rsa_key *key = NULL;

	if (text != NULL && file != NULL)
		key = rsa_key_read(bytes_of(text, fread(text, 1, RSA_FILE_MAX, file)));
	if (file != NULL)
		fclose(file);
	crypto_free(text, RSA_FILE_MAX);
	if (key == NULL) {
		message_error(&io->err, path,
			      file == NULL ? "the key cannot be read"
					   : "no RSA private key without a passphrase (PEM, DER)");
		return false;
	}
	k->rsa_keys = memory_grow(k->rsa_keys, k->n_rsa_keys, &k->rsa_room, sizeof(*k->rsa_keys));
	k->rsa_keys[k->n_rsa_keys++] = key;
	return true;
}

static bool
load_all(struct keys *k, struct command_io *io, const struct options *o)
{
	const char *path;
	size_t at = 0;

	while ((path = options_next(o, "keylog", &at)) != NULL) {
		if (k->secrets == NULL && (k->secrets = secrets_create()) == NULL)
			return false;
		errno = 0;
		if (!load_keylog(k, io, path))
			return false;
	}
	at = 0;
	while ((path = options_next(o, "rsa-key", &at)) != NULL)
		if (!load_rsa_key(k, io, path))
			return false;
	return true;
}

bool
keys_load(struct keys *k, struct command_io *io, const struct options *o)
{
	*k = (struct keys){.verify_all = options_has(o, "verify-all")};
	return load_all(k, io, o);
}

void
keys_finish(struct keys *k)
{
	secrets_destroy(k->secrets);
	for (size_t i = 0; i < k->n_rsa_keys; i++)
		rsa_key_destroy(k->rsa_keys[i]);
	free(k->rsa_keys);
	*k = (struct keys){0};
}

struct pipeline_secrets
keys_pipeline(const struct keys *k)
{
	return (struct pipeline_secrets){.given = k->secrets,
					 .rsa_keys = k->rsa_keys,
					 .n_rsa_keys = k->n_rsa_keys,
					 .verify_all = k->verify_all};
}

/* --- which fit ----------------------------------------------------------------------------------
 */

static void
add(struct keys_digest *d, const uint8_t digest[HASH_SHA256_LEN])
{
	uint64_t part[HASH_SHA256_LEN / sizeof(uint64_t)];

	memcpy(part, digest, sizeof(part));
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		d->sum[i] += part[i];
	d->any = true;
}

/* The sum does not depend on the order in which sessions end. */
void
keys_digest_add(const struct keys *k, struct hasher *h, struct keys_digest *d,
		const uint8_t random[32])
{
	uint8_t digest[HASH_SHA256_LEN];

	if (k != NULL && k->secrets != NULL && secrets_digest(k->secrets, h, random, digest))
		add(d, digest);
}

void
keys_digest_text(const struct keys *k, struct hasher *h, const struct keys_digest *d,
		 char out[KEYS_TEXT_SIZE])
{
	struct keys_digest all = *d;
	uint8_t digest[HASH_SHA256_LEN];

	/* Which captures a private key opens is not known before they are read: it counts for all.
	 */
	for (size_t i = 0; k != NULL && i < k->n_rsa_keys; i++)
		if (rsa_key_digest(k->rsa_keys[i], digest))
			add(&all, digest);
	out[0] = '\0';
	if (!all.any || !hasher_sha256(h, bytes_of(all.sum, sizeof(all.sum)), digest))
		return;
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}
