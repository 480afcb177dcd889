/*
 * hello.c - the details of hello messages. See hello.h.
 * Extensions that are read: one row of `client_readers`, one case of read_server_extension().
 */
#include "analyzer/tls/hello.h"

#include "dissectors/tls/client_hello.h"
#include "dissectors/tls/ext_alpn.h"
#include "dissectors/tls/ext_client_certificate_type.h"
#include "dissectors/tls/ext_max_fragment_length.h"
#include "dissectors/tls/ext_pre_shared_key.h"
#include "dissectors/tls/ext_record_size_limit.h"
#include "dissectors/tls/ext_server_name.h"
#include "dissectors/tls/ext_session_ticket.h"
#include "dissectors/tls/ext_signature_algorithms.h"
#include "dissectors/tls/sslv2.h"

/* Ext 33, RFC 8773 section 3. */
enum { EXT_CERT_WITH_EXTERN_PSK = 33 };

static void
read_server_name(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	struct tls_ext_server_name e;

	if (tls_ext_server_name_parse(in, TLS_IN_CH, &e) && e.host_name.len > 0)
		d->sni = arena_text(&s->arena, e.host_name.data, e.host_name.len);
}

static void
read_alpn(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	struct tls_ext_alpn e;
	struct bytes first, second;

	d->has_alpn = true;
	if (!tls_ext_alpn_parse(in, TLS_IN_CH, &e))
		return;
	struct cursor list = cursor_child(in, e.protocols);
	if (tls_alpn_next(&list, &first) && !tls_alpn_next(&list, &second))
		d->alpn = arena_text(&s->arena, first.data, first.len);
}

static void
read_ticket(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	struct tls_ext_session_ticket e;

	if (tls_ext_session_ticket_parse(in, TLS_IN_CH, &e))
		d->ticket = hasher_digest64(s->run->hasher, e.ticket);
}

static void
read_schemes(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	struct tls_ext_signature_algorithms e;
	void *copy;

	if (!tls_ext_signature_algorithms_parse(in, TLS_IN_CH, &e))
		return;
	copy = arena_copy(&s->arena, e.schemes.data, e.schemes.len);
	if (copy != NULL)
		d->schemes = bytes_of(copy, e.schemes.len);
}

static void
read_record_size_limit(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	struct tls_ext_record_size_limit e;

	(void)s;
	if (tls_ext_record_size_limit_parse(in, TLS_IN_CH, &e))
		d->record_size_limit = e.limit;
}

static void
read_max_fragment_length(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	struct tls_ext_max_fragment_length e;

	(void)s;
	if (tls_ext_max_fragment_length_parse(in, TLS_IN_CH, &e))
		d->max_fragment_length = e.code;
}

static void
read_pre_shared_key(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	struct tls_ext_pre_shared_key e;
	struct tls_psk_identity psk;

	d->pre_shared_key = true;
	if (!tls_ext_pre_shared_key_parse(in, TLS_IN_CH, &e))
		return;
	struct cursor list = cursor_child(in, e.identities);
	for (size_t i = 0; i < HELLO_IDENTITIES_MAX && tls_psk_identity_next(&list, &psk); i++) {
		d->identities[i].digest = hasher_digest64(s->run->hasher, psk.identity);
		d->identities[i].len = psk.identity.len;
	}
}

static void
note_psk_modes(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	(void)s;
	(void)in;
	d->psk_modes = true;
}

static void
note_early_data(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	(void)s;
	(void)in;
	d->early_data = true;
}

static void
note_post_handshake_auth(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	(void)s;
	(void)in;
	d->post_handshake_auth = true;
}

static void
note_ech(struct tls_session *s, struct cursor *in, struct client_hello_detail *d)
{
	(void)s;
	(void)in;
	d->ech = true;
}

typedef void read_fn(struct tls_session *s, struct cursor *in, struct client_hello_detail *d);

/* By type. */
static read_fn *const client_readers[] = {
    [TLS_EXT_server_name] = read_server_name,
    [TLS_EXT_max_fragment_length] = read_max_fragment_length,
    [TLS_EXT_signature_algorithms] = read_schemes,
    [TLS_EXT_alpn] = read_alpn,
    [TLS_EXT_record_size_limit] = read_record_size_limit,
    [TLS_EXT_session_ticket] = read_ticket,
    [TLS_EXT_pre_shared_key] = read_pre_shared_key,
    [TLS_EXT_psk_key_exchange_modes] = note_psk_modes,
    [TLS_EXT_early_data] = note_early_data,
    [TLS_EXT_post_handshake_auth] = note_post_handshake_auth,
};

static read_fn *
client_reader(uint16_t type)
{
	if (type < sizeof(client_readers) / sizeof(client_readers[0]))
		return client_readers[type];
	return type == TLS_EXT_encrypted_client_hello ? note_ech : NULL;
}

static void
read_client_extension(struct tls_session *s, const struct cursor *list,
		      const struct tls_extension *e, struct client_hello_detail *d)
{
	read_fn *const read = client_reader(e->type);

	if (read == NULL)
		return;
	struct cursor in = cursor_child(list, e->data);
	read(s, &in, d);
}

static struct bytes
keep(struct tls_session *s, struct bytes b)
{
	void *copy = arena_copy(&s->arena, b.data, b.len);

	return copy == NULL ? (struct bytes){0} : bytes_of(copy, b.len);
}

const struct client_hello_detail *
hello_client(struct tls_session *s, struct bytes body)
{
	struct cursor c = cursor_init(body, 0);
	struct tls_client_hello m;
	struct tls_extension e;
	struct client_hello_detail *d = arena_alloc(&s->arena, sizeof(*d));

	tls_client_hello_parse(&c, &m);
	if (d == NULL || m.random.len != HELLO_RANDOM_LEN)
		return NULL;
	d->legacy_version = m.legacy_version;
	d->has_random = true;
	memcpy(d->random, m.random.data, HELLO_RANDOM_LEN);
	d->session_id = keep(s, m.session_id);
	d->no_extensions = !m.has_extensions;
	c.failure = CURSOR_OK;
	struct cursor list = cursor_child(&c, m.extensions);
	ja4_begin(s->run->ja4);
	while (tls_extension_next(&list, &e)) {
		ja4_extension(s->run->ja4, e.type, e.data);
		read_client_extension(s, &list, &e, d);
	}
	const struct ja4_hello hello = {
	    .transport = 't', .legacy_version = m.legacy_version, .cipher_suites = m.cipher_suites};
	ja4_text(s->run->ja4, &hello, d->ja4);
	return d;
}

const struct client_hello_detail *
hello_client_sslv2(struct tls_session *s, struct bytes body)
{
	struct cursor c = cursor_init(body, 0);
	struct sslv2_client_hello m;
	struct client_hello_detail *d = arena_alloc(&s->arena, sizeof(*d));

	if (d == NULL || !sslv2_client_hello_parse(&c, &m) || m.challenge.len > HELLO_RANDOM_LEN)
		return NULL;
	d->sslv2_format = true;
	d->no_extensions = true;
	d->legacy_version = m.version;
	d->has_random = true;
	/* Right-aligned and padded with zeros it is the client random (RFC 5246 appendix E.2). */
	memcpy(d->random + HELLO_RANDOM_LEN - m.challenge.len, m.challenge.data, m.challenge.len);
	d->session_id = keep(s, m.session_id);
	return d;
}

static void
read_server_extension(struct tls_session *s, const struct cursor *list,
		      const struct tls_extension *e, struct server_hello_detail *d)
{
	struct cursor in = cursor_child(list, e->data);
	struct tls_ext_alpn alpn;
	struct tls_ext_client_certificate_type type;

	switch (e->type) {
	case TLS_EXT_alpn:
		if (tls_ext_alpn_parse(&in, TLS_IN_SH, &alpn))
			d->alpn = arena_text(&s->arena, alpn.selected.data, alpn.selected.len);
		break;
	case TLS_EXT_client_certificate_type:
		if (tls_ext_client_certificate_type_parse(&in, TLS_IN_SH, &type))
			d->client_certificate_type = type.selected;
		break;
	case TLS_EXT_session_ticket:
		d->ticket = true;
		break;
	case TLS_EXT_extended_master_secret:
		d->extended_master_secret = true;
		break;
	case TLS_EXT_encrypt_then_mac:
		d->encrypt_then_mac = true;
		break;
	case EXT_CERT_WITH_EXTERN_PSK:
		d->cert_with_psk = true;
		break;
	}
}

const struct server_hello_detail *
hello_server(struct tls_session *s, struct bytes body)
{
	struct cursor c = cursor_init(body, 0);
	struct tls_server_hello m;
	struct tls_extension e;
	struct server_hello_detail *d = arena_alloc(&s->arena, sizeof(*d));

	tls_server_hello_parse(&c, &m);
	if (d == NULL || m.random.len != HELLO_RANDOM_LEN)
		return NULL;
	d->version = m.version;
	d->selected_version = m.selected_version;
	d->cipher_suite = m.cipher_suite;
	memcpy(d->random, m.random.data, HELLO_RANDOM_LEN);
	d->session_id = keep(s, m.session_id);
	d->hello_retry_request = m.hello_retry_request;
	d->pre_shared_key = m.has_pre_shared_key;
	d->selected_identity = m.selected_identity;
	d->compressed = m.compression_method != 0;
	c.failure = CURSOR_OK;
	struct cursor list = cursor_child(&c, m.extensions);
	while (tls_extension_next(&list, &e))
		read_server_extension(s, &list, &e, d);
	return d;
}
