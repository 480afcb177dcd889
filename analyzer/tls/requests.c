/*
 * requests.c - the cache of parsed CertificateRequests. See requests.h.
 * Chained hash table; unused entries go when the cache is full.
 */
#include "analyzer/tls/requests.h"

#include <stdio.h>
#include <stdlib.h>

#include "analyzer/arena.h"
#include "analyzer/tls/run.h"
#include "dissectors/tls/certificate_request.h"
#include "dissectors/tls/names.h"
#include "dissectors/x509/dn.h"

enum { BUCKETS = 1024 };

struct entry {
	struct request request; /* first, so that a request is its entry */
	struct entry *next;
	uint64_t hash;
	enum tls_version version;
	struct bytes body;
	struct arena arena;
	struct request_memo memo;
};

struct requests {
	struct tls_run *run;
	struct entry *bucket[BUCKETS];
	size_t bytes;
};

struct requests *
requests_create(struct tls_run *run)
{
	struct requests *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->run = run;
	return r;
}

static size_t
entry_bytes(const struct entry *e)
{
	return sizeof(*e) + e->arena.used;
}

static void
entry_destroy(struct requests *r, struct entry *e)
{
	r->bytes -= entry_bytes(e);
	arena_finish(&e->arena);
	free(e);
}

/* Drop entries: all of them, or those nobody holds. */
static void
sweep(struct requests *r, bool all)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct entry **at = &r->bucket[i];
		while (*at != NULL) {
			struct entry *e = *at;
			if (!all && e->request.holders > 0) {
				at = &e->next;
				continue;
			}
			*at = e->next;
			entry_destroy(r, e);
		}
	}
}

void
requests_destroy(struct requests *r)
{
	if (r == NULL)
		return;
	sweep(r, true);
	free(r);
}

/* --- rendering ---------------------------------------------------------------------------------
 */

struct items {
	struct arena *arena;
	struct outcome_request_item *item;
	size_t count, cap;
};

static void
add_item(struct items *to, const char *kind, const char *value)
{
	if (value == NULL || to->count == to->cap)
		return;
	to->item[to->count++] = (struct outcome_request_item){.kind = kind, .value = value};
}

static const char *
code_text(struct arena *a, const char *name, unsigned code, int digits)
{
	return name != NULL ? name : arena_format(a, "0x%0*x", digits, code);
}

static unsigned
add_schemes(struct items *to, const char *kind, struct cursor list)
{
	uint16_t code;
	unsigned n = 0;

	for (; tls_signature_scheme_next(&list, &code); n++)
		add_item(to, kind, code_text(to->arena, tls_signature_scheme_name(code), code, 4));
	return n;
}

static unsigned
add_types(struct items *to, struct cursor list)
{
	uint8_t code;
	unsigned n = 0;

	for (; tls_client_certificate_type_next(&list, &code); n++)
		add_item(to, "cert_type",
			 code_text(to->arena, tls_client_certificate_type_name(code), code, 2));
	return n;
}

static const char *
dn_text(struct arena *a, struct bytes name)
{
	size_t len = x509_dn_text(name, NULL, 0, NULL);
	char *text = arena_alloc(a, len + 1);

	if (text != NULL)
		x509_dn_text(name, text, len + 1, NULL);
	return text;
}

static unsigned
add_names(struct items *to, struct cursor list)
{
	struct bytes name;
	unsigned n = 0;

	for (; tls_distinguished_name_next(&list, &name); n++)
		add_item(to, "ca_name", dn_text(to->arena, name));
	return n;
}

/* Every element of a list has at least one byte (types), two (schemes) or two (names' length). */
static size_t
most_items(const struct tls_certificate_request *m)
{
	return m->certificate_types.len + m->signature_algorithms.len / 2 +
	       m->signature_algorithms_cert.len / 2 + m->authorities.len / 2;
}

/* What every session that got this request says of it. */
static void
count_in_words(struct request *q, struct arena *a)
{
	q->names_text = arena_format(a, "%u %s, %zu bytes", q->ca_names,
				     q->ca_names == 1 ? "name" : "names", q->ca_bytes);
	if (q->cert_types > 0)
		q->types_text = arena_format(a, "%u types", q->cert_types);
	if (q->schemes > 0)
		q->schemes_text = arena_format(a, "%u schemes", q->schemes);
}

static void
render(struct entry *e, const struct cursor *c, const struct tls_certificate_request *m)
{
	struct request *q = &e->request;
	struct items to = {.arena = &e->arena, .cap = most_items(m)};

	to.item = arena_alloc(&e->arena, (to.cap + 1) * sizeof(*to.item));
	if (to.item == NULL)
		return;
	q->cert_types = add_types(&to, cursor_child(c, m->certificate_types));
	q->schemes = add_schemes(&to, "sigalg", cursor_child(c, m->signature_algorithms));
	q->schemes_cert =
	    add_schemes(&to, "sigalg_cert", cursor_child(c, m->signature_algorithms_cert));
	q->schemes_sent = m->signature_algorithms;
	q->first_name = to.count;
	q->ca_names = add_names(&to, cursor_child(c, m->authorities));
	q->ca_bytes = m->authorities.len;
	q->items = to.item;
	q->count = to.count;
}

static bool
parse_as(struct entry *e, enum tls_version v)
{
	struct cursor c = cursor_init(e->body, 0);
	struct tls_certificate_request m;
	bool ok = tls_certificate_request_parse(&c, v, &m);

	if (!ok)
		e->request.error = c.field != NULL ? c.field : "CertificateRequest";
	else
		e->request.error = NULL;
	c.failure = CURSOR_OK; /* what was read before a failure is shown all the same */
	if (ok || v == e->version)
		render(e, &c, &m);
	return ok;
}

static void
parse(struct entry *e)
{
	if (e->version != TLS_VERSION_UNKNOWN)
		parse_as(e, e->version);
	else if (!parse_as(e, TLS_1_2))
		parse_as(e, TLS_1_1);
}

/* --- table -------------------------------------------------------------------------------------
 */

static struct entry *
entry_create(struct requests *r, struct bytes body, enum tls_version v, uint64_t hash)
{
	struct entry *e = calloc(1, sizeof(*e));
	uint8_t sha[HASH_SHA256_LEN];

	if (e == NULL)
		return NULL;
	e->hash = hash;
	e->version = v;
	e->body = bytes_of(arena_copy(&e->arena, body.data, body.len), body.len);
	if (e->body.data == NULL || !hasher_sha256(r->run->hasher, body, sha)) {
		arena_finish(&e->arena);
		free(e);
		return NULL;
	}
	memcpy(e->request.digest, sha, sizeof(e->request.digest));
	e->request.digest[0] ^= (uint8_t)tls_version_has_schemes(v);
	parse(e);
	count_in_words(&e->request, &e->arena);
	e->request.memo = &e->memo;
	return e;
}

static struct entry *
find(struct requests *r, struct bytes body, enum tls_version v, uint64_t hash)
{
	for (struct entry *e = r->bucket[hash % BUCKETS]; e != NULL; e = e->next)
		if (e->hash == hash && e->version == v && bytes_equal(e->body, body))
			return e;
	return NULL;
}

struct request *
requests_intern(struct requests *r, struct bytes body, enum tls_version v)
{
	uint64_t hash = hash_bytes(&r->run->key, body.data, body.len);
	struct entry *e = find(r, body, v, hash);

	if (e == NULL) {
		if (r->bytes > REQUESTS_CACHED_MAX)
			sweep(r, false);
		e = entry_create(r, body, v, hash);
		if (e == NULL)
			return NULL;
		e->next = r->bucket[hash % BUCKETS];
		r->bucket[hash % BUCKETS] = e;
		r->bytes += entry_bytes(e);
	}
	e->request.holders++;
	return &e->request;
}

void
requests_release(struct request *request)
{
	if (request != NULL)
		request->holders--;
}
