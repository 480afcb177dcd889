/*
 * certificate_list.c - see certificate_list.h.
 */
#include "analyzer/tls/certificate_list.h"

#include <stdlib.h>

#include "analyzer/tls/certificates.h"
#include "analyzer/tls/decompress.h"
#include "dissectors/tls/certificate.h"

static bool
hold(struct tls_session *s, struct outcome_certificate *cert)
{
	if (s->n_held == s->held_cap) {
		size_t cap = s->held_cap == 0 ? 8 : s->held_cap * 2;
		struct outcome_certificate **p = arena_alloc(&s->arena, cap * sizeof(*p));
		if (p == NULL)
			return false;
		if (s->n_held > 0)
			memcpy(p, s->held, s->n_held * sizeof(*p));
		s->held = p;
		s->held_cap = cap;
	}
	s->held[s->n_held++] = cert;
	return true;
}

static bool
intern(struct tls_session *s, struct bytes der, bool raw_public_key)
{
	struct outcome_certificate *cert =
	    certificates_intern(s->run->certificates, der, raw_public_key);

	if (cert == NULL) {
		s->limit = true;
		return false;
	}
	if (!hold(s, cert)) {
		certificates_release(s->run->certificates, cert);
		return false;
	}
	return true;
}

/* A raw public key stands where the list would (RFC 7250 section 3). It begins with a SEQUENCE,
 * 0x30; a list begins with the length of its first certificate, which would then be 3 MiB. */
static bool
looks_like_raw_key(struct bytes list)
{
	struct cursor c = cursor_init(list, 0);

	return list.len > 0 && cursor_u8(&c, "tag") == 0x30;
}

/* How the entries of a list are to be read. */
struct grammar {
	enum tls_version version;
	enum tls_certificate_type type;
};

/* The chain is what is held from here on. */
static void
read_entries(struct tls_session *s, struct cursor *list, struct grammar g, struct chain_detail *d)
{
	const size_t first = s->n_held;
	struct tls_certificate_entry e;

	while (!d->cut && tls_certificate_next(list, g.version, g.type, &e))
		d->cut = !intern(s, e.data, d->raw_public_key);
	d->cut |= !cursor_ok(list);
	d->count = s->n_held - first;
	d->certificates = d->count > 0 ? s->held + first : NULL;
}

/* Before 1.3 the shape tells a raw public key; in 1.3 it was agreed on in EncryptedExtensions. */
static struct grammar
grammar_of(const struct tls_session *s, const struct step *step, struct bytes list)
{
	bool is_13 = step->decrypted && tls_version_is_13(s->version);
	bool raw = is_13 ? s->certificate_type[step->sender] == TLS_CERTIFICATE_RAW_PUBLIC_KEY
			 : looks_like_raw_key(list);

	return (struct grammar){.version = is_13 ? TLS_1_3 : TLS_1_2,
				.type =
				    raw ? TLS_CERTIFICATE_RAW_PUBLIC_KEY : TLS_CERTIFICATE_X509};
}

const void *
certificate_list_read(struct tls_session *s, const struct step *step, struct bytes body,
		      bool *damaged)
{
	struct cursor c = cursor_init(body, 0);
	struct chain_detail *d = arena_alloc(&s->arena, sizeof(*d));
	struct tls_certificate m;
	bool is_13 = step->decrypted && tls_version_is_13(s->version);

	if (d == NULL || !tls_certificate_parse(&c, is_13 ? TLS_1_3 : TLS_1_2, &m)) {
		*damaged = true;
		return NULL;
	}
	struct grammar g = grammar_of(s, step, m.list);
	struct cursor list = cursor_child(&c, m.list);
	d->raw_public_key = g.type == TLS_CERTIFICATE_RAW_PUBLIC_KEY;
	read_entries(s, &list, g, d);
	return d;
}

const void *
certificate_list_read_compressed(struct tls_session *s, const struct step *step, struct bytes body,
				 bool *damaged)
{
	struct cursor c = cursor_init(body, 0);
	struct tls_compressed_certificate m;
	const void *d = NULL;
	uint8_t *plain;

	*damaged = true;
	if (!tls_compressed_certificate_parse(&c, &m) || m.uncompressed_length > DECOMPRESS_MAX ||
	    (plain = malloc((size_t)m.uncompressed_length + 1)) == NULL)
		return NULL;
	if (decompress_certificate(&m, plain)) {
		*damaged = false;
		d = certificate_list_read(s, step, bytes_of(plain, m.uncompressed_length), damaged);
	}
	free(plain);
	return d;
}
