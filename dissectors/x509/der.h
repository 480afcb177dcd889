/*
 * der.h - DER elements on the cursor: tag, length, contents.
 * The lowest layer of x509/; every other file here reads through it. ITU-T X.690
 * sections 8.1, 10.1.
 *
 * Strict where DER is: definite lengths in their shortest form, tag numbers in their shortest form.
 * Nothing here recurses: an element is entered by making a cursor of its contents, so the depth is
 * that of the grammar which the caller has written down, never that of the input.
 */
#ifndef DISSECTORS_X509_DER_H
#define DISSECTORS_X509_DER_H

#include "dissectors/wire/cursor.h"

/* Identifier octets as one number: class and form in bits 24-26, tag number below. */
enum der_tag {
	DER_NUMBER_MAX = (1 << 24) - 1,
	DER_CONSTRUCTED = 1 << 24,
	DER_APPLICATION = 1 << 25,
	DER_CONTEXT = 1 << 26,

	DER_BOOLEAN = 1,
	DER_INTEGER = 2,
	DER_BIT_STRING = 3,
	DER_OCTET_STRING = 4,
	DER_NULL = 5,
	DER_OID = 6,
	DER_UTF8_STRING = 12,
	DER_NUMERIC_STRING = 18,
	DER_PRINTABLE_STRING = 19,
	DER_T61_STRING = 20,
	DER_IA5_STRING = 22,
	DER_UTC_TIME = 23,
	DER_GENERALIZED_TIME = 24,
	DER_VISIBLE_STRING = 26,
	DER_UNIVERSAL_STRING = 28,
	DER_BMP_STRING = 30,
	DER_SEQUENCE = DER_CONSTRUCTED | 16,
	DER_SET = DER_CONSTRUCTED | 17,
};

/* One element. Views borrow from the input. */
struct der {
	unsigned tag;       /* enum der_tag, or any other combination */
	struct bytes value; /* contents octets */
	struct bytes whole; /* identifier, length and contents octets */
};

/* The next element, whatever it is. False after a failure, and *out is zero. */
bool der_next(struct cursor *in, struct der *out, const char *field);
/* Step over the next element; its length need not have the shortest form, as long as it is definite
 * and the element ends inside. */
bool der_skip(struct cursor *in, const char *field);
/* The tag of the next element, -1 at the end, after a failure or when it cannot be read. Reads
 * nothing. */
int der_peek(const struct cursor *in);
/* The next element, which must have this tag: its contents, or all of it. */
struct bytes der_value(struct cursor *in, unsigned tag, const char *field);
struct bytes der_whole(struct cursor *in, unsigned tag, const char *field);
/* A cursor over the contents of the next element, which must have this tag. */
struct cursor der_enter(struct cursor *in, unsigned tag, const char *field);

/* The same for a container whose contents may be cut off: `in` then carries the failure, and the
 * cursor covers what there is. */
struct cursor der_enter_cut(struct cursor *in, unsigned tag, const char *field);

bool der_boolean(struct cursor *in, const char *field);
/* INTEGER contents as encoded (two's complement), at least one octet, shortest form. */
struct bytes der_integer(struct cursor *in, const char *field);
/* An INTEGER that is a number from 0 to INT64_MAX. A larger one gives INT64_MAX; a negative one
 * fails. */
int64_t der_unsigned(struct cursor *in, const char *field);
/* OBJECT IDENTIFIER contents, checked to be whole arcs in their shortest form. */
struct bytes der_oid(struct cursor *in, const char *field);
/* BIT STRING: the octets after the count of unused bits, which goes to *unused (may be NULL). */
struct bytes der_bit_string(struct cursor *in, unsigned *unused, const char *field);

#endif
