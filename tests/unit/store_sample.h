/*
 * store_sample.h - outcomes with every field set, a scratch folder, and rows as text.
 * For the tests of db/. Rows are read with the contract's own means: plain SQLite, untrusted
 * schema.
 */
#ifndef TESTS_UNIT_STORE_SAMPLE_H
#define TESTS_UNIT_STORE_SAMPLE_H

#include "db/store.h"
#include "tests/unit/sample_rows.h"

#define SAMPLE_START INT64_C(1795444800123456789) /* 2026-11-23T14:40:00.123456789Z */

/* One session with two attempts: refused after renegotiation. Everything it borrows is in here. */
struct sample {
	struct outcome o;
	struct outcome_attempt attempts[2];
	struct outcome_fact facts[3];
	struct outcome_message messages[5];
	struct outcome_certificate certificates[3];
	struct outcome_chain_link chain[4];
	struct outcome_request_item items[3];
	struct outcome_request requests[1];
	struct outcome_finding findings[2];
	uint8_t client_random[32], server_random[32];
};

static const uint8_t sample_der[] = {0x30, 0x03, 0x02, 0x01, 0x05};

static inline struct outcome_certificate
sample_certificate(uint8_t n, const char *subject)
{
	return (struct outcome_certificate){
	    .sha256 = {n, 0xab},
	    .der = sample_der,
	    .der_len = sizeof(sample_der),
	    .subject = subject,
	    .issuer = "CN=Root,O=Lab",
	    .serial = "1a02",
	    .not_before = 1700000000,
	    .not_after = 1800000000,
	    .san = "DNS:a.example",
	    .key_usage = "digitalSignature",
	    .eku = "clientAuth",
	    .is_ca = 0,
	    .path_len = -1,
	    .aki = "aa",
	    .ski = "bb",
	    .ocsp_urls = "http://ocsp.example",
	    .crl_urls = "http://crl.example",
	    .key_type = "EC P-256",
	    .key_bits = 256,
	    .signature_algorithm = "ecdsa-with-SHA256",
	    .version = 3,
	    .error_at = -1,
	    .format = "x509",
	};
}

static inline void
sample_attempts(struct sample *s)
{
	s->attempts[0] = (struct outcome_attempt){
	    .attempt_no = 1,
	    .kind = ATTEMPT_INITIAL,
	    .resumed = ANSWER_NO,
	    .client_cert_requested = ANSWER_NO,
	    .client_cert = CLIENT_CERT_NONE_SENT,
	    .proof = PROOF_NOT_SEEN,
	    .client_finished = ANSWER_YES,
	    .server_finished = ANSWER_YES,
	    .outcome = REACTION_NOT_APPLICABLE,
	    .alert_code = -1,
	    .evidence = EVIDENCE_OBSERVED,
	    .confidence = CONFIDENCE_CERTAIN,
	};
	s->attempts[1] = (struct outcome_attempt){
	    .attempt_no = 2,
	    .kind = ATTEMPT_RENEGOTIATION,
	    .resumed = ANSWER_NO,
	    .client_cert_requested = ANSWER_YES,
	    .client_cert = CLIENT_CERT_PRESENTED,
	    .proof = PROOF_SEEN,
	    .client_finished = ANSWER_YES,
	    .server_finished = ANSWER_NO,
	    .outcome = REACTION_REJECTED,
	    .ended_by = ENDED_BY_SERVER_ALERT,
	    .alert_code = 48,
	    .alert = "unknown_ca",
	    .alert_from = TLS_SERVER,
	    .capture_state = CAPTURE_GAP_CLIENT | CAPTURE_SNAPLEN,
	    .evidence = EVIDENCE_DECRYPTED,
	    .confidence = CONFIDENCE_HIGH,
	};
}

/* As verdict/ notes it while it writes. */
static inline void
sample_name_frame(struct outcome_finding *f)
{
	const char *const texts[] = {f->explanation, f->server_fix, f->client_fix};
	char word[40];
	int before = snprintf(word, sizeof(word), "frame ");

	snprintf(word + before, sizeof(word) - (size_t)before, "%ju", (uintmax_t)f->named_frame);
	for (int i = 0; i < 3; i++) {
		const char *at = texts[i] != NULL ? strstr(texts[i], word) : NULL;
		f->named_at[i] = at != NULL ? (uint16_t)(at - texts[i] + before) : 0;
	}
}

static inline void
sample_facts(struct sample *s)
{
	const enum evidence seen = EVIDENCE_OBSERVED, read = EVIDENCE_DECRYPTED;

	s->facts[0] = (struct outcome_fact){1,
					    "resumed",
					    "no",
					    seen,
					    CONFIDENCE_CERTAIN,
					    "the server sent a Certificate",
					    {{9, 10}, 2},
					    0};
	s->facts[1] = (struct outcome_fact){
	    2, "client_cert", "a#b=\"c\"@\\\n", read, CONFIDENCE_HIGH, NULL, {{0}, 0}, 0};
	s->facts[2] = (struct outcome_fact){
	    1, "app_data", NULL, EVIDENCE_INFERRED, CONFIDENCE_MEDIUM, "sizes", {{12}, 1}, 0};
}

static inline void
sample_messages(struct sample *s)
{
	const enum evidence seen = EVIDENCE_OBSERVED, read = EVIDENCE_DECRYPTED;

	s->messages[0] = (struct outcome_message){
	    0, 7, SAMPLE_START - 1000, TLS_CLIENT, MESSAGE_TCP, "SYN", 0, seen, -1, -1, 0, 0};
	s->messages[1] = (struct outcome_message){
	    1, 8, SAMPLE_START, TLS_CLIENT, MESSAGE_HANDSHAKE, "ClientHello", 207, seen, -1, -1,
	    0, 0};
	s->messages[2] = (struct outcome_message){1,
						  9,
						  SAMPLE_START + 6187000,
						  TLS_SERVER,
						  MESSAGE_HANDSHAKE,
						  "ServerHello",
						  61,
						  seen,
						  -1,
						  -1,
						  0,
						  0};
	s->messages[3] = (struct outcome_message){2,
						  12,
						  SAMPLE_START + 3000000000,
						  TLS_CLIENT,
						  MESSAGE_APPLICATION,
						  "application data",
						  5000,
						  read,
						  -1,
						  -1,
						  3,
						  0};
	s->messages[4] = (struct outcome_message){2,
						  13,
						  SAMPLE_START + 3000000001,
						  TLS_SERVER,
						  MESSAGE_ALERT,
						  "unknown_ca",
						  2,
						  read,
						  2,
						  48,
						  0,
						  0};
}

static inline void
sample_details(struct sample *s)
{
	sample_facts(s);
	sample_messages(s);
	s->certificates[0] = sample_certificate(1, "CN=server");
	s->certificates[1] = sample_certificate(2, "CN=Root,O=Lab");
	s->certificates[2] = sample_certificate(3, "CN=alice");
	s->chain[0] = (struct outcome_chain_link){1, TLS_SERVER, 0, &s->certificates[0]};
	s->chain[1] = (struct outcome_chain_link){1, TLS_SERVER, 1, &s->certificates[1]};
	s->chain[2] = (struct outcome_chain_link){2, TLS_CLIENT, 0, &s->certificates[2]};
	s->chain[3] = (struct outcome_chain_link){2, TLS_CLIENT, 5, &s->certificates[1]};
	s->items[0] = (struct outcome_request_item){"ca_name", "CN=Root,O=Lab"};
	s->items[1] = (struct outcome_request_item){"ca_name", "CN=Other"};
	s->items[2] = (struct outcome_request_item){"sigalg", "ecdsa_secp256r1_sha256"};
	s->requests[0] = (struct outcome_request){2, {9}, s->items, 3};
	s->findings[0] = (struct outcome_finding){2,
						  1,
						  "client_cert_unknown_ca",
						  "likely",
						  "failure",
						  "Not trusted.",
						  "add the CA",
						  "use what frame 12 names",
						  12,
						  {{12, 13}, 2},
						  true,
						  0,
						  {0}};
	sample_name_frame(&s->findings[0]);
	s->findings[1] = (struct outcome_finding){2,          2,         "missing_intermediate",
						  "possible", "note",    "Perhaps.",
						  NULL,       "send it", 12,
						  {{0}, 0},   false,     0,
						  {0}};
}

static inline void
sample_fill(struct sample *s)
{
	memset(s, 0, sizeof(*s));
	memset(s->client_random, 0xc1, 32);
	memset(s->server_random, 0x5e, 32);
	sample_attempts(s);
	sample_details(s);
	s->o = (struct outcome){
	    .transport = TRANSPORT_TCP,
	    .carrier = "postgres",
	    .app_label = "PostgreSQL",
	    .client = {{10, 77, 0, 2}, 4, 55978, {2, 0x42, 10, 77, 0, 0xfe}, true},
	    .server = {{10, 77, 0, 1}, 4, 5432, {0}, false},
	    .eap_identity = "anonymous@example",
	    .vlan = 101,
	    .interface = "eth0",
	    .community_id = "1:abc=",
	    .stream = 3,
	    .first_frame = 8,
	    .last_frame = 15,
	    .started_ns = SAMPLE_START,
	    .ended_ns = SAMPLE_START + 4000000000,
	    .tls_version = "TLS1.2",
	    .cipher_suite = "TLS_RSA_WITH_AES_128_CBC_SHA",
	    .sni = "server.lab.test",
	    .alpn = "http/1.1",
	    .ja4 = "t12d",
	    .ech = ECH_OFFERED,
	    .client_random = s->client_random,
	    .server_random = s->server_random,
	    .attempts = s->attempts,
	    .n_attempts = 2,
	    .headline = 1,
	    .verdict = VERDICT_CLIENT_CERT_REJECTED,
	    .sub_reason = "unknown_ca",
	    .modifiers = MODIFIER_RETRY_FOLLOWED | MODIFIER_LATE_ACCEPT,
	    .explanation = "It refused \"alice\".",
	    .client_stack = "curl",
	    .server_stack = "OpenSSL",
	    .facts = s->facts,
	    .n_facts = 3,
	    .messages = s->messages,
	    .n_messages = 5,
	    .chain = s->chain,
	    .n_chain = 4,
	    .requests = s->requests,
	    .n_requests = 1,
	    .findings = s->findings,
	    .n_findings = 2,
	};
}

/* A session of which nearly nothing is known. */
static inline struct outcome
sample_bare(const struct outcome_attempt *unknown)
{
	return (struct outcome){
	    .transport = TRANSPORT_EAP,
	    .stream = -1,
	    .first_frame = 20,
	    .last_frame = 21,
	    .ech = ECH_UNKNOWN,
	    .attempts = unknown,
	    .n_attempts = 1,
	    .verdict = VERDICT_NOT_ENOUGH_EVIDENCE,
	};
}

static const struct outcome_attempt sample_unknown = {.attempt_no = 1, .alert_code = -1};

static inline struct outcome_capture
sample_capture(uint8_t n, const char *path)
{
	return (struct outcome_capture){
	    .path = path,
	    .abs_path = path,
	    .xxh3 = {0xf0, 0x0d, n},
	    .size = 1000,
	    .mtime_ns = 5,
	    .format = "pcap",
	    .link_types = "EN10MB",
	    .packets = 21,
	    .first_ns = SAMPLE_START,
	    .last_ns = SAMPLE_START + 4000000000,
	};
}

static const struct store_parameters sample_parameters = {"0.1.0", "k1", "c1"};

static inline struct store *
sample_open(const char *path)
{
	struct store *s = store_create();

	assert_non_null(s);
	if (!store_open(s, path))
		fail_msg("%s", store_error(s));
	return s;
}

static inline void
sample_close(struct store *s)
{
	if (!store_close(s))
		fail_msg("%s", store_error(s));
	store_destroy(s);
}

/* A capture with the full sample and a bare session; gives its id. */
static inline int64_t
sample_store_capture(struct store *s, uint8_t n, const char *path, int64_t replaces)
{
	struct outcome_capture c = sample_capture(n, path);
	struct outcome bare = sample_bare(&sample_unknown);
	struct sample *full = malloc(sizeof(*full));
	int64_t id = 0;

	assert_non_null(full);
	sample_fill(full);
	if (!store_begin(s) || !store_emit(s, &full->o) || !store_emit(s, &bare) ||
	    !store_end(s, &c, &sample_parameters, NULL, replaces, &id))
		fail_msg("%s", store_error(s));
	free(full);
	return id;
}

#endif
