/*
 * certificates.c - our certificate walk against OpenSSL's, field by field.
 * usage: certificates [-m N] FILE... (DER or PEM, any number of certificates in a PEM file)
 *        -m N: compare N damaged copies of each too
 *
 * Prints every difference and a count; fails when there is one. A certificate that only one side
 * takes for well-formed is counted apart: OpenSSL also reads BER, and checks little inside
 * extensions until they are asked for.
 */
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/differential/compare.h"

static void
compare_certificate(struct run *r, const struct x509_certificate *c, X509 *x)
{
	compare_fields(r, c, x);
	compare_extensions(r, c, x);
}

static void
only_theirs(struct run *r, const struct x509_error *e)
{
	struct x509_text t = ours(r);

	r->only_theirs++;
	if (r->quiet)
		return;
	x509_error_text(&t, e);
	printf("%s: malformed only for us: %s, at %llu\n", r->file, finish(r, &t),
	       (unsigned long long)e->at);
}

static void
only_ours(struct run *r)
{
	r->only_ours++;
	if (!r->quiet)
		printf("%s: malformed only for OpenSSL\n", r->file);
}

static void
check(struct run *r, const unsigned char *der, long len)
{
	struct x509_certificate c;
	const unsigned char *p = der;
	bool well_formed = x509_certificate_parse(bytes_of(der, (size_t)len), &c);
	X509 *x = d2i_X509(NULL, &p, len);

	r->certificates++;
	if (x != NULL && p == der + len && well_formed)
		compare_certificate(r, &c, x);
	else if (x != NULL && p == der + len)
		only_theirs(r, &c.error);
	else if (well_formed)
		only_ours(r);
	else
		r->neither++;
	X509_free(x);
}

/* xorshift64: the same damage in every run. */
static uint64_t
next_random(struct run *r)
{
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	return r->random ^= r->random << 17;
}

static void
check_mutations(struct run *r, const unsigned char *der, long len)
{
	unsigned char *copy = malloc((size_t)len);

	r->quiet = true;
	for (unsigned long i = 0; copy != NULL && i < r->mutations; i++) {
		memcpy(copy, der, (size_t)len);
		for (unsigned k = 0; k <= i % 3; k++)
			copy[next_random(r) % (uint64_t)len] = (unsigned char)next_random(r);
		check(r, copy, len);
	}
	r->quiet = false;
	free(copy);
}

static void
check_all(struct run *r, const unsigned char *der, long len)
{
	check(r, der, len);
	check_mutations(r, der, len);
}

static unsigned char *
read_file(const char *path, long *len)
{
	FILE *f = fopen(path, "rb");
	unsigned char *data = malloc(TEXT_MAX);

	if (f == NULL || data == NULL) {
		perror(path);
		exit(1);
	}
	*len = (long)fread(data, 1, TEXT_MAX, f);
	fclose(f);
	return data;
}

static void
check_file(struct run *r, const char *path)
{
	long len, der_len;
	unsigned char *data = read_file(path, &len), *der;
	char *name, *header;
	BIO *bio;

	r->file = path;
	if (len > 0 && data[0] == 0x30) {
		check_all(r, data, len);
	} else {
		bio = BIO_new_mem_buf(data, (int)len);
		while (PEM_read_bio(bio, &name, &header, &der, &der_len) == 1) {
			if (strcmp(name, PEM_STRING_X509) == 0)
				check_all(r, der, der_len);
			OPENSSL_free(name);
			OPENSSL_free(header);
			OPENSSL_free(der);
		}
		BIO_free(bio);
	}
	free(data);
}

int
main(int argc, char **argv)
{
	static struct run r = {.random = 88172645463325252u};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-m") == 0 && i + 1 < argc)
			r.mutations = strtoul(argv[++i], NULL, 10);
		else
			check_file(&r, argv[i]);
	}
	printf(
	    "%lu certificates, %lu fields compared, %lu differences; well-formed only for us %lu, "
	    "only for OpenSSL %lu, for neither %lu\n",
	    r.certificates, r.fields, r.differences, r.only_ours, r.only_theirs, r.neither);
	return r.differences > 0 || r.certificates == 0;
}
