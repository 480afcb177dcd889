/*
 * outcome_pointers.c - which members of an outcome point to what: the tables of outcome_pack.h.
 * Packing and unpacking follow the same rows.
 */
#include "analyzer/outcome_pack_impl.h"

#define POINTER(type, member, ...)                        \
	{                                                 \
		.at = offsetof(type, member), __VA_ARGS__ \
	}
#define ARRAY(type, member, number, what) \
	POINTER(type, member, .kind = PACK_ARRAY, .count_at = offsetof(type, number), .of = what)
#define TEXT(type, member)   POINTER(type, member, .kind = PACK_TEXT)
#define SHARED(type, member) POINTER(type, member, .kind = PACK_SHARED_TEXT)
#define STRUCT(type, rows)                                           \
	{                                                            \
		sizeof(type), rows, sizeof(rows) / sizeof((rows)[0]) \
	}

/* A member added to one of these structs: does it point to something? Then it needs a row, too. */
#define KNOWN_SIZE(type, size)                                        \
	_Static_assert(sizeof(void *) != 8 || sizeof(type) == (size), \
		       #type " has changed: are its pointers in these tables?")
KNOWN_SIZE(struct outcome, 408);
KNOWN_SIZE(struct outcome_attempt, 72);
KNOWN_SIZE(struct outcome_fact, 104);
KNOWN_SIZE(struct outcome_message, 64);
KNOWN_SIZE(struct outcome_chain_link, 24);
KNOWN_SIZE(struct outcome_request, 40);
KNOWN_SIZE(struct outcome_request_item, 16);
KNOWN_SIZE(struct outcome_finding, 128);
KNOWN_SIZE(struct outcome_certificate, 232);

/* clang-format off */
static const struct pack_pointer attempt_pointers[] = {SHARED(struct outcome_attempt, alert)};
static const struct pack_pointer fact_pointers[] = {
    SHARED(struct outcome_fact, fact),
    TEXT(struct outcome_fact, value),
    SHARED(struct outcome_fact, basis),
};
static const struct pack_pointer message_pointers[] = {SHARED(struct outcome_message, name)};
static const struct pack_pointer link_pointers[] = {
    POINTER(struct outcome_chain_link, certificate, .kind = PACK_CERTIFICATE),
};
static const struct pack_pointer item_pointers[] = {
    SHARED(struct outcome_request_item, kind),
    SHARED(struct outcome_request_item, value),
};
static const struct pack_pointer finding_pointers[] = {
    SHARED(struct outcome_finding, cause),
    SHARED(struct outcome_finding, certainty),
    SHARED(struct outcome_finding, severity),
    TEXT(struct outcome_finding, explanation),
    SHARED(struct outcome_finding, server_fix),
    SHARED(struct outcome_finding, client_fix),
};
static const struct pack_struct pack_attempt = STRUCT(struct outcome_attempt, attempt_pointers);
static const struct pack_struct pack_fact = STRUCT(struct outcome_fact, fact_pointers);
static const struct pack_struct pack_message = STRUCT(struct outcome_message, message_pointers);
static const struct pack_struct pack_link = STRUCT(struct outcome_chain_link, link_pointers);
static const struct pack_struct pack_item = STRUCT(struct outcome_request_item, item_pointers);
static const struct pack_struct pack_finding = STRUCT(struct outcome_finding, finding_pointers);

static const struct pack_pointer request_in_session[] = {
    POINTER(struct outcome_request, items, .kind = PACK_REQUEST),
};
static const struct pack_pointer request_pointers[] = {
    ARRAY(struct outcome_request, items, count, &pack_item),
};
static const struct pack_struct pack_request_in_session = STRUCT(struct outcome_request, request_in_session);
const struct pack_struct pack_request = STRUCT(struct outcome_request, request_pointers);

static const struct pack_pointer outcome_pointers[] = {
    SHARED(struct outcome, carrier),
    SHARED(struct outcome, app_label),
    SHARED(struct outcome, eap_identity),
    SHARED(struct outcome, interface),
    TEXT(struct outcome, community_id),
    SHARED(struct outcome, tls_version),
    SHARED(struct outcome, cipher_suite),
    SHARED(struct outcome, sni),
    SHARED(struct outcome, alpn),
    SHARED(struct outcome, ja4),
    POINTER(struct outcome, client_random, .kind = PACK_RANDOM),
    POINTER(struct outcome, server_random, .kind = PACK_RANDOM),
    ARRAY(struct outcome, attempts, n_attempts, &pack_attempt),
    SHARED(struct outcome, sub_reason),
    TEXT(struct outcome, explanation),
    SHARED(struct outcome, client_stack),
    SHARED(struct outcome, server_stack),
    ARRAY(struct outcome, facts, n_facts, &pack_fact),
    ARRAY(struct outcome, messages, n_messages, &pack_message),
    ARRAY(struct outcome, chain, n_chain, &pack_link),
    ARRAY(struct outcome, requests, n_requests, &pack_request_in_session),
    ARRAY(struct outcome, findings, n_findings, &pack_finding),
};
const struct pack_struct pack_outcome = STRUCT(struct outcome, outcome_pointers);

static const struct pack_pointer certificate_pointers[] = {
    POINTER(struct outcome_certificate, der, .kind = PACK_BYTES,
	    .count_at = offsetof(struct outcome_certificate, der_len)),
    TEXT(struct outcome_certificate, subject),
    TEXT(struct outcome_certificate, issuer),
    TEXT(struct outcome_certificate, serial),
    TEXT(struct outcome_certificate, san),
    TEXT(struct outcome_certificate, key_usage),
    TEXT(struct outcome_certificate, eku),
    TEXT(struct outcome_certificate, aki),
    TEXT(struct outcome_certificate, ski),
    TEXT(struct outcome_certificate, ocsp_urls),
    TEXT(struct outcome_certificate, crl_urls),
    TEXT(struct outcome_certificate, key_type),
    TEXT(struct outcome_certificate, signature_algorithm),
    TEXT(struct outcome_certificate, error),
    TEXT(struct outcome_certificate, format),
};
const struct pack_struct pack_certificate = STRUCT(struct outcome_certificate, certificate_pointers);
/* clang-format on */
