/*
 * compare.h - what the files of the certificate comparison share: the run's counts, and one field
 * as text on each side.
 */
#ifndef TESTS_DIFFERENTIAL_COMPARE_H
#define TESTS_DIFFERENTIAL_COMPARE_H

#include <openssl/x509v3.h>

#include "dissectors/x509/describe.h"

enum { TEXT_MAX = 1 << 20 };

struct run {
	const char *file;
	unsigned long certificates, fields, differences, only_ours, only_theirs, neither;
	unsigned long mutations;
	uint64_t random;
	bool quiet; /* about what only one side takes */
	char ours[TEXT_MAX], theirs[TEXT_MAX];
};

/* Count the field, and print it when the sides differ. */
void compare(struct run *r, const char *field, const char *ours, const char *theirs);
void compare_numbers(struct run *r, const char *field, long long ours, long long theirs);

/* Our text is written into r->ours and finished there; theirs is taken from a BIO, which is freed.
 */
struct x509_text ours(struct run *r);
const char *finish(struct run *r, struct x509_text *t);
const char *take_bio(struct run *r, BIO *bio);

void compare_fields(struct run *r, const struct x509_certificate *c, X509 *x);
void compare_extensions(struct run *r, const struct x509_certificate *c, X509 *x);

#endif
