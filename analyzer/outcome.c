/*
 * outcome.c - the texts of outcome.h's enums, bit sets and causes.
 * Used by db/ (columns) and cli/ (words); the rows are in outcome_names.def and causes.def.
 */
#include "analyzer/outcome.h"

#include <stdio.h>
#include <string.h>

#define NAME(e, text) [e] = text,
#define NAMER(function, type, table)                                                      \
	const char *function(enum type v)                                                 \
	{                                                                                 \
		return (size_t)v < sizeof(table) / sizeof((table)[0]) ? (table)[v] : "?"; \
	}

static const char *const evidence_names[] = {
#define OUTCOME_EVIDENCE NAME
#include "analyzer/outcome_names.def"
};
static const char *const confidence_names[] = {
#define OUTCOME_CONFIDENCE NAME
#include "analyzer/outcome_names.def"
};
static const char *const answer_names[] = {
#define OUTCOME_ANSWER NAME
#include "analyzer/outcome_names.def"
};
static const char *const attempt_names[] = {
#define OUTCOME_ATTEMPT NAME
#include "analyzer/outcome_names.def"
};
static const char *const client_cert_names[] = {
#define OUTCOME_CLIENT_CERT NAME
#include "analyzer/outcome_names.def"
};
static const char *const proof_names[] = {
#define OUTCOME_PROOF NAME
#include "analyzer/outcome_names.def"
};
static const char *const reaction_names[] = {
#define OUTCOME_REACTION NAME
#include "analyzer/outcome_names.def"
};
static const char *const ended_by_names[] = {
#define OUTCOME_ENDED_BY NAME
#include "analyzer/outcome_names.def"
};
static const char *const side_names[] = {
#define OUTCOME_SIDE NAME
#include "analyzer/outcome_names.def"
};
static const char *const verdict_names[] = {
#define OUTCOME_VERDICT NAME
#include "analyzer/outcome_names.def"
};
static const char *const message_kind_names[] = {
#define OUTCOME_MESSAGE_KIND NAME
#include "analyzer/outcome_names.def"
};
static const char *const ech_names[] = {
#define OUTCOME_ECH NAME
#include "analyzer/outcome_names.def"
};
static const char *const transport_names[] = {
#define OUTCOME_TRANSPORT NAME
#include "analyzer/outcome_names.def"
};

NAMER(evidence_name, evidence, evidence_names)
NAMER(confidence_name, confidence, confidence_names)
NAMER(answer_name, answer, answer_names)
NAMER(attempt_kind_name, attempt_kind, attempt_names)
NAMER(client_cert_name, client_cert, client_cert_names)
NAMER(proof_name, proof, proof_names)
NAMER(reaction_name, reaction, reaction_names)
NAMER(ended_by_name, ended_by, ended_by_names)
NAMER(tls_side_name, tls_side, side_names)
NAMER(verdict_name, verdict, verdict_names)
NAMER(message_kind_name, message_kind, message_kind_names)
NAMER(ech_name, ech, ech_names)
NAMER(transport_name, transport, transport_names)

static const char *const capture_state_names[] = {
    "gap_client", "gap_server", "only_client", "only_server",
    "midstream",  "snaplen",    "ends_early",  "limit",
};

static const char *const modifier_names[] = {
    "dropped_after_accept",
    "plaintext_after_tls",
    "app_layer_refusal",
    "app_layer_refusal_suspected",
    "interception_or_offload_suspected",
    "retry_followed",
    "same_client_succeeded",
    "server_padding",
    "late_accept",
    "reset_injected_suspected",
};

static const char *
bits_text(unsigned bits, const char *const *names, size_t count, const char *none, char *buf,
	  size_t size)
{
	size_t used = 0;

	snprintf(buf, size, "%s", bits == 0 ? none : "");
	for (size_t i = 0; i < count; i++) {
		if ((bits & 1u << i) == 0 || used >= size)
			continue;
		int n = snprintf(buf + used, size - used, "%s%s", used > 0 ? "," : "", names[i]);
		used += n > 0 ? (size_t)n : 0;
	}
	return buf;
}

const char *
capture_state_text(unsigned bits, char *buf, size_t size)
{
	return bits_text(bits, capture_state_names,
			 sizeof(capture_state_names) / sizeof(capture_state_names[0]), "complete",
			 buf, size);
}

const char *
modifiers_text(unsigned bits, char *buf, size_t size)
{
	return bits_text(bits, modifier_names, sizeof(modifier_names) / sizeof(modifier_names[0]),
			 "", buf, size);
}

bool
outcome_failed(const struct outcome *o)
{
	const unsigned failed_above = MODIFIER_APP_LAYER_REFUSAL |
				      MODIFIER_APP_LAYER_REFUSAL_SUSPECTED |
				      MODIFIER_DROPPED_AFTER_ACCEPT;

	if ((o->modifiers & failed_above) != 0)
		return true;
	switch (o->verdict) {
	case VERDICT_NO_CLIENT_CERT_REJECTED:
	case VERDICT_NO_CLIENT_CERT_DROPPED:
	case VERDICT_NO_CLIENT_CERT_UNKNOWN_OUTCOME:
	case VERDICT_CLIENT_CERT_REJECTED:
	case VERDICT_CLIENT_CERT_DROPPED:
	case VERDICT_CLIENT_CERT_PROOF_FAILED:
	case VERDICT_CLIENT_ABORTED_ON_REQUEST:
	case VERDICT_SERVER_GAVE_UP_WAITING:
	case VERDICT_CLIENT_ANSWER_MISSING:
		return true;
	case VERDICT_SERVER_CERT_REJECTED_BY_CLIENT:
		return o->attempts[o->headline].client_cert_requested == ANSWER_YES;
	default:
		return false;
	}
}

static const struct outcome_cause causes[] = {
#define CAUSE(name, number, words, server, server_settings, client, client_settings, hidden) \
	{#name, server, server_settings, client, client_settings},
#include "analyzer/causes.def"
};

const struct outcome_cause *
outcome_cause(size_t i)
{
	return i < sizeof(causes) / sizeof(causes[0]) ? &causes[i] : NULL;
}
