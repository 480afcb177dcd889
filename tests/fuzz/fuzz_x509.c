/*
 * fuzz_x509.c - any bytes as a certificate and as a raw public key, with every text.
 * Texts are valid UTF-8 without NUL, and the same in a buffer that just holds them.
 */
#include "dissectors/x509/certificate.h"

#include <assert.h>

#include "dissectors/x509/describe.h"

enum { TEXT_MAX = 1 << 16 };

static void
check_text(const struct x509_text *t)
{
	size_t n;

	if (t->len > t->size)
		return;
	for (size_t i = 0; i < t->len; i += n) {
		n = x509_utf8_length(bytes_of(t->buf + i, t->len - i));
		assert(n > 0 && t->buf[i] != '\0');
	}
}

static void
describe(struct x509_text *t, const struct x509_certificate *c)
{
	x509_serial_text(t, c->serial);
	x509_san_text(t, c->san);
	x509_key_usage_text(t, c->key_usage);
	x509_eku_text(t, c->eku);
	x509_ocsp_text(t, c->aia);
	x509_issuers_text(t, c->aia);
	x509_crl_text(t, c->crl_points);
	x509_key_type_text(t, &c->key);
	x509_signature_text(t, &c->signature);
	x509_signature_text(t, &c->tbs_signature);
	x509_error_text(t, &c->error);
}

static void
check(bool ok, const struct x509_certificate *c, size_t size)
{
	static char first[TEXT_MAX], second[TEXT_MAX];
	struct x509_text t = {.buf = first, .size = sizeof first};
	struct x509_text again = {.buf = second};

	assert(ok == (c->error.why == CURSOR_OK));
	assert(ok || (c->error.at <= size && c->error.part != NULL && c->error.field != NULL));
	describe(&t, c);
	check_text(&t);
	again.size = t.len < sizeof second ? t.len + 1 : sizeof second;
	describe(&again, c);
	assert(t.len == again.len);
	assert(t.len >= sizeof first || memcmp(first, second, t.len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct x509_certificate c;
	bool ok = x509_certificate_parse(bytes_of(data, size), &c);

	check(ok, &c, size);
	ok = x509_raw_key_parse(bytes_of(data, size), &c);
	check(ok, &c, size);
	return 0;
}
