/*
 * compare_sample.h - a made-up session for the tests of verdict/compare*.
 */
#ifndef TESTS_UNIT_COMPARE_SAMPLE_H
#define TESTS_UNIT_COMPARE_SAMPLE_H

#include "analyzer/verdict/compare_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MS = 1000000 };

/* Accepted with a client certificate, all read; it takes 50 ms. */
static inline struct compare_session
session(int64_t id, const char *random, int64_t start_ms)
{
	return (struct compare_session){.id = id,
					.client_random = random,
					.server_random = random != NULL ? "51" : NULL,
					.started_ns = start_ms * MS,
					.ended_ns = (start_ms + 50) * MS,
					.capture_ends_ns = 1000000000,
					.client_ip = "10.0.0.2",
					.server_ip = "10.0.0.1",
					.client_port = 40000 + id,
					.server_port = 443,
					.sni = "a.example",
					.tls_version = "TLS1.2",
					.client_cert_requested = "yes",
					.client_cert = "presented",
					.outcome = "accepted",
					.evidence = "observed",
					.capture_state = "complete"};
}

#endif
