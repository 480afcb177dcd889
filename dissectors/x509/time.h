/*
 * time.h - UTCTime and GeneralizedTime to seconds since 1970-01-01T00:00:00Z.
 * RFC 5280 section 4.1.2.5; wider, as X.690 and old issuers are: seconds may be missing, fractions
 * (cut off) and a zone offset may be there. Years 0000 to 9999, proleptic Gregorian, no leap
 * seconds (a second of 60 fails).
 */
#ifndef DISSECTORS_X509_TIME_H
#define DISSECTORS_X509_TIME_H

#include "dissectors/wire/cursor.h"

#define X509_TIME_NONE INT64_MIN

/* The next element, a Time. X509_TIME_NONE after a failure. */
int64_t x509_time(struct cursor *in, const char *field);

#endif
