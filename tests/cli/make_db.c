/*
 * make_db.c - writes a database of made-up sessions, one per kind of page that `show` draws.
 * For test_cli.py: its expected pages are in expected/. The first four tell the stories of real
 * captures (refused, inferred, dropped, gap); the fifth is hostile.
 * usage: make_db OUT.db
 */
#include "db/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS(ms)       ((int64_t)((ms)*1000000))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int64_t start_ns = INT64_C(1795445127651000000); /* 2026-11-23 14:45:27.651 */

/* A message of attempt 1; code: of a fatal alert. */
struct row {
	uint64_t frame;
	double ms;
	enum tls_side sender;
	enum message_kind kind;
	const char *name;
	uint32_t length;
	enum evidence evidence;
	int code;
};
enum { MESSAGES_MAX = 104 };

static struct outcome_message
step(const struct row *r)
{
	bool alert = r->code > 0;

	return (struct outcome_message){.attempt_no = 1,
					.frame = r->frame,
					.time_ns = start_ns + MS(r->ms),
					.sender = r->sender,
					.kind = r->kind,
					.name = r->name,
					.length = r->length,
					.evidence = r->evidence,
					.alert_level = alert ? 2 : -1,
					.alert_code = alert ? r->code : -1};
}

/* Emits the session with these messages. */
static bool
put(struct store *s, struct outcome *o, const struct row *rows, size_t count)
{
	struct outcome_message messages[MESSAGES_MAX];
	struct outcome_sink sink = store_sink(s);

	for (size_t i = 0; i < count; i++)
		messages[i] = step(&rows[i]);
	o->messages = messages;
	o->n_messages = count;
	return sink.emit(sink.ctx, o);
}

static struct outcome_endpoint
endpoint(uint8_t last, uint16_t port)
{
	return (struct outcome_endpoint){.addr = {10, 77, 0, last}, .family = 4, .port = port};
}

static struct outcome
session(const struct outcome_attempt *attempt)
{
	return (struct outcome){
	    .transport = TRANSPORT_TCP,
	    .client = endpoint(2, 55978),
	    .server = endpoint(1, 5432),
	    .stream = 0,
	    .first_frame = 1,
	    .last_frame = 16,
	    .started_ns = start_ns,
	    .ended_ns = start_ns + MS(50),
	    .tls_version = "TLS1.2",
	    .sni = "server.lab.test",
	    .attempts = attempt,
	    .n_attempts = 1,
	};
}

static struct outcome_certificate
certificate(uint8_t id, const char *subject, const char *issuer, int64_t not_after)
{
	struct outcome_certificate c = {.subject = subject,
					.issuer = issuer,
					.serial = "3f9",
					.not_before = 1577836800,
					.not_after = not_after,
					.is_ca = -1,
					.path_len = -1,
					.key_type = "RSA",
					.key_bits = 2048,
					.version = 3,
					.error_at = -1,
					.format = "x509",
					.der = (const uint8_t *)"0",
					.der_len = 1};
	memset(c.sha256, id, sizeof(c.sha256));
	return c;
}

static const struct outcome_request_item request_items[] = {
    {"ca_name", "CN=Lab Client Root,O=TLS Lab,C=DE"},
    {"ca_name", "CN=Lab Client EC Root,O=TLS Lab,C=DE"},
    {"sigalg", "rsa_pkcs1_sha256"},
    {"sigalg", "ecdsa_secp256r1_sha256"},
};

static struct outcome_request
request(void)
{
	struct outcome_request r = {
	    .attempt_no = 1, .items = request_items, .count = COUNT(request_items)};
	memset(r.digest, 7, sizeof(r.digest));
	return r;
}

/* clang-format off */
static const struct row refused_rows[] = {
    {8, 16.201, TLS_CLIENT, MESSAGE_HANDSHAKE, "ClientHello", 207, EVIDENCE_OBSERVED, 0},
    {9, 22.388, TLS_SERVER, MESSAGE_HANDSHAKE, "ServerHello", 61, EVIDENCE_OBSERVED, 0},
    {9, 22.388, TLS_SERVER, MESSAGE_HANDSHAKE, "Certificate", 1000, EVIDENCE_OBSERVED, 0},
    {9, 22.388, TLS_SERVER, MESSAGE_HANDSHAKE, "ServerKeyExchange", 333, EVIDENCE_OBSERVED, 0},
    {10, 22.407, TLS_SERVER, MESSAGE_HANDSHAKE, "CertificateRequest", 177, EVIDENCE_OBSERVED, 0},
    {10, 22.407, TLS_SERVER, MESSAGE_HANDSHAKE, "ServerHelloDone", 4, EVIDENCE_OBSERVED, 0},
    {12, 33.222, TLS_CLIENT, MESSAGE_HANDSHAKE, "Certificate", 932, EVIDENCE_OBSERVED, 0},
    {12, 33.222, TLS_CLIENT, MESSAGE_HANDSHAKE, "ClientKeyExchange", 70, EVIDENCE_OBSERVED, 0},
    {12, 33.222, TLS_CLIENT, MESSAGE_HANDSHAKE, "CertificateVerify", 264, EVIDENCE_OBSERVED, 0},
    {12, 33.222, TLS_CLIENT, MESSAGE_CCS, "ChangeCipherSpec", 1, EVIDENCE_OBSERVED, 0},
    {12, 33.222, TLS_CLIENT, MESSAGE_HANDSHAKE, "Finished", 40, EVIDENCE_INFERRED, 0},
    {13, 34.056, TLS_SERVER, MESSAGE_ALERT, "unknown_ca", 2, EVIDENCE_OBSERVED, 48},
    {14, 34.398, TLS_CLIENT, MESSAGE_TCP, "FIN", 0, EVIDENCE_OBSERVED, 0},
    {15, 43.519, TLS_SERVER, MESSAGE_TCP, "RST", 0, EVIDENCE_OBSERVED, 0},
};
static const struct outcome_fact refused_facts[] = {
    {1, "client_cert_requested", "yes", EVIDENCE_OBSERVED,
     CONFIDENCE_CERTAIN, "CertificateRequest in the server's flight.", {{10}, 1}, 0},
    {1, "client_cert", "presented", EVIDENCE_OBSERVED,
     CONFIDENCE_CERTAIN, "Certificate with entries.", {{12}, 1}, 0},
    {1, "proof", "seen", EVIDENCE_OBSERVED, CONFIDENCE_CERTAIN, "CertificateVerify.", {{12}, 1}, 0},
    {1, "outcome", "rejected", EVIDENCE_OBSERVED,
     CONFIDENCE_CERTAIN, "Fatal alert of the server.", {{13}, 1}, 0},
};
/* clang-format on */

/* 1: read, TLS 1.2, CA not trusted. */
static bool
put_refused(struct store *s)
{
	struct outcome_certificate client =
	    certificate(1, "CN=stranger,OU=Clients,O=TLS Lab,C=DE",
			"CN=Somebody Elses Root,O=TLS Lab,C=DE", 2524607999);
	struct outcome_certificate server =
	    certificate(2, "CN=server.lab.test,O=TLS Lab,C=DE", "CN=Lab Server Root,O=TLS Lab,C=DE",
			2524607999);
	const struct outcome_chain_link chain[] = {{1, TLS_CLIENT, 0, &client},
						   {1, TLS_SERVER, 0, &server}};
	const struct outcome_request requests[] = {request()};
	const struct outcome_attempt a = {.attempt_no = 1,
					  .kind = ATTEMPT_INITIAL,
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
					  .evidence = EVIDENCE_OBSERVED,
					  .confidence = CONFIDENCE_CERTAIN};
	struct outcome o = session(&a);

	o.carrier = "postgres";
	o.cipher_suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
	o.verdict = VERDICT_CLIENT_CERT_REJECTED;
	o.sub_reason = "unknown_ca";
	o.explanation =
	    "The client presented a certificate, and the server refused it: the issuer is "
	    "not trusted, or an intermediate was not sent.";
	o.facts = refused_facts, o.n_facts = COUNT(refused_facts);
	o.chain = chain, o.n_chain = COUNT(chain);
	o.requests = requests, o.n_requests = COUNT(requests);
	return put(s, &o, refused_rows, COUNT(refused_rows));
}

/* clang-format off */
static const struct row inferred_rows[] = {
    {4, 0.559, TLS_CLIENT, MESSAGE_HANDSHAKE, "ClientHello", 336, EVIDENCE_OBSERVED, 0},
    {6, 1.912, TLS_SERVER, MESSAGE_HANDSHAKE, "ServerHello", 155, EVIDENCE_OBSERVED, 0},
    {6, 1.912, TLS_SERVER, MESSAGE_HANDSHAKE, "EncryptedExtensions", 49, EVIDENCE_INFERRED, 0},
    {6, 1.912, TLS_SERVER, MESSAGE_HANDSHAKE, "CertificateRequest", 193, EVIDENCE_INFERRED, 0},
    {12, 45.799, TLS_CLIENT, MESSAGE_HANDSHAKE, "Certificate", 25, EVIDENCE_INFERRED, 0},
    {12, 45.799, TLS_CLIENT, MESSAGE_HANDSHAKE, "Finished", 69, EVIDENCE_INFERRED, 0},
    {14, 49.912, TLS_SERVER, MESSAGE_ALERT, NULL, 19, EVIDENCE_INFERRED, 0},
    {15, 50.001, TLS_SERVER, MESSAGE_TCP, "FIN", 0, EVIDENCE_OBSERVED, 0},
    {16, 50.115, TLS_CLIENT, MESSAGE_TCP, "FIN", 0, EVIDENCE_OBSERVED, 0},
};
static const struct outcome_fact inferred_facts[] = {
    {1, "client_cert_requested", "yes", EVIDENCE_INFERRED,
     CONFIDENCE_HIGH, "4 records, Finished", {{6}, 1}, 0},
    {1, "client_cert", "empty", EVIDENCE_INFERRED,
     CONFIDENCE_HIGH, "25 B: empty + tag", {{12}, 1}, 0},
    {1, "outcome", "rejected", EVIDENCE_INFERRED,
     CONFIDENCE_HIGH, "19 B, then close", {{14}, 1}, 0},
};
/* clang-format on */

/* 2: inferred with high confidence, TLS 1.3, none sent. */
static bool
put_inferred(struct store *s)
{
	const struct outcome_attempt a = {.attempt_no = 1,
					  .kind = ATTEMPT_INITIAL,
					  .resumed = ANSWER_NO,
					  .client_cert_requested = ANSWER_YES,
					  .client_cert = CLIENT_CERT_EMPTY,
					  .proof = PROOF_NOT_SEEN,
					  .client_finished = ANSWER_YES,
					  .server_finished = ANSWER_UNKNOWN,
					  .outcome = REACTION_REJECTED,
					  .ended_by = ENDED_BY_SERVER_FIN,
					  .alert_code = -1,
					  .evidence = EVIDENCE_INFERRED,
					  .confidence = CONFIDENCE_HIGH};
	struct outcome o = session(&a);

	o.tls_version = "TLS1.3";
	o.stream = 1;
	o.verdict = VERDICT_NO_CLIENT_CERT_REJECTED;
	o.explanation =
	    "Inferred from record sizes: the client answered without a certificate and the "
	    "server refused.";
	o.facts = inferred_facts, o.n_facts = COUNT(inferred_facts);
	return put(s, &o, inferred_rows, COUNT(inferred_rows));
}

static const struct row dropped_rows[] = {
    {4, 0.5, TLS_CLIENT, MESSAGE_HANDSHAKE, "ClientHello", 336, EVIDENCE_OBSERVED, 0},
    {6, 1.9, TLS_SERVER, MESSAGE_HANDSHAKE, "ServerHello", 155, EVIDENCE_OBSERVED, 0},
    {10, 3.1, TLS_CLIENT, MESSAGE_HANDSHAKE, "Certificate", 952, EVIDENCE_INFERRED, 0},
    {11, 3.711, TLS_SERVER, MESSAGE_TCP, "FIN", 0, EVIDENCE_OBSERVED, 0},
};

/* 3: closed without a reply; the close is read, what came before it is inferred. */
static bool
put_dropped(struct store *s)
{
	const struct outcome_attempt a = {.attempt_no = 1,
					  .client_cert_requested = ANSWER_YES,
					  .client_cert = CLIENT_CERT_PRESENTED,
					  .outcome = REACTION_DROPPED_NO_REPLY,
					  .ended_by = ENDED_BY_SERVER_FIN,
					  .alert_code = -1,
					  .evidence = EVIDENCE_INFERRED,
					  .confidence = CONFIDENCE_MEDIUM};
	struct outcome o = session(&a);

	o.tls_version = "TLS1.3";
	o.stream = 2;
	o.verdict = VERDICT_CLIENT_CERT_DROPPED;
	return put(s, &o, dropped_rows, COUNT(dropped_rows));
}

static const struct row gap_rows[] = {
    {4, 0.5, TLS_CLIENT, MESSAGE_HANDSHAKE, "ClientHello", 207, EVIDENCE_OBSERVED, 0},
    {6, 1.9, TLS_SERVER, MESSAGE_HANDSHAKE, "ServerHello", 61, EVIDENCE_OBSERVED, 0},
    {6, 1.9, TLS_SERVER, MESSAGE_HANDSHAKE, "CertificateRequest", 177, EVIDENCE_OBSERVED, 0},
    {14, 9.9, TLS_SERVER, MESSAGE_HANDSHAKE, "Finished", 40, EVIDENCE_INFERRED, 0},
};

/* 4: a gap where the client's answer was. */
static bool
put_gap(struct store *s)
{
	const struct outcome_attempt a = {.attempt_no = 1,
					  .client_cert_requested = ANSWER_YES,
					  .client_cert = CLIENT_CERT_UNKNOWN,
					  .outcome = REACTION_ACCEPTED,
					  .ended_by = ENDED_BY_CAPTURE_END,
					  .alert_code = -1,
					  .capture_state = CAPTURE_GAP_CLIENT,
					  .evidence = EVIDENCE_NONE,
					  .confidence = CONFIDENCE_NONE};
	const struct outcome_request requests[] = {request()};
	struct outcome o = session(&a);

	o.stream = 3;
	o.verdict = VERDICT_INCOMPLETE_CAPTURE;
	o.explanation =
	    "Client bytes between the request (frame 6) and the server's Finished (frame 14) "
	    "are missing. The client's answer was in them.";
	o.requests = requests, o.n_requests = COUNT(requests);
	return put(s, &o, gap_rows, COUNT(gap_rows));
}

/* 5: names that try to colour, move and hide, long addresses, expired, 100 messages. */
static bool
put_hostile(struct store *s)
{
	struct row m[MESSAGES_MAX] = {
	    {100004, 0.5, TLS_CLIENT, MESSAGE_HANDSHAKE, "ClientHello", 207, EVIDENCE_OBSERVED, 0},
	    {100008, 1.9, TLS_CLIENT, MESSAGE_HANDSHAKE, "Certificate", 900, EVIDENCE_OBSERVED, 0},
	    {100009, 2.9, TLS_SERVER, MESSAGE_HANDSHAKE, "Finished", 40, EVIDENCE_OBSERVED, 0},
	};
	struct outcome_certificate client = certificate(3,
							"CN=\033[31mroot\033[0m\xe2\x80\xae"
							"elif,O=M\xc3\xbcller\xff",
							"CN=a\nb", 1609459200);
	const struct outcome_chain_link chain[] = {{1, TLS_CLIENT, 0, &client}};
	const struct outcome_attempt a = {.attempt_no = 1,
					  .client_cert_requested = ANSWER_YES,
					  .client_cert = CLIENT_CERT_PRESENTED,
					  .proof = PROOF_SEEN,
					  .client_finished = ANSWER_YES,
					  .server_finished = ANSWER_YES,
					  .outcome = REACTION_ACCEPTED,
					  .ended_by = ENDED_BY_CLIENT_FIN,
					  .alert_code = -1,
					  .evidence = EVIDENCE_OBSERVED,
					  .confidence = CONFIDENCE_CERTAIN};
	struct outcome o = session(&a);
	static const uint8_t v6[16] = {0x20, 1, 0xd, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

	for (unsigned i = 3; i < COUNT(m); i++)
		m[i] = (struct row){100010 + i,
				    3.0 + i,
				    i % 2 ? TLS_CLIENT : TLS_SERVER,
				    MESSAGE_APPLICATION,
				    "Application data",
				    100,
				    EVIDENCE_OBSERVED,
				    0};
	o.stream = -1;
	o.first_frame = 100001;
	o.last_frame = 100114;
	o.client.family = o.server.family = 6;
	memcpy(o.client.addr, v6, sizeof(v6));
	memcpy(o.server.addr, v6, sizeof(v6));
	o.sni = "evil\033]0;title\007.example";
	o.verdict = VERDICT_MUTUAL_AUTH_OK;
	o.chain = chain, o.n_chain = COUNT(chain);
	return put(s, &o, m, COUNT(m));
}

static bool
fill(struct store *s)
{
	static bool (*const stories[])(struct store *) = {put_refused, put_inferred, put_dropped,
							  put_gap, put_hostile};
	const struct outcome_capture capture = {
	    .path = "captures/incident-of-the-day.pcap",
	    .abs_path = "/captures/incident-of-the-day.pcap",
	    .xxh3 = {0xfa, 0xd6, 0xf9, 0xdb},
	    .size = 1000,
	    .mtime_ns = INT64_MIN,
	    .format = "pcap",
	    .link_types = "EN10MB",
	    .packets = 16,
	    .first_ns = start_ns,
	    .last_ns = start_ns + MS(60),
	};
	const struct store_parameters parameters = {"test", NULL, NULL};

	if (!store_begin(s))
		return false;
	for (size_t i = 0; i < COUNT(stories); i++) {
		if (!stories[i](s))
			return false;
	}
	return store_end(s, &capture, &parameters, NULL, 0, NULL);
}

int
main(int argc, char **argv)
{
	struct store *s = store_create();
	bool good = s != NULL && argc == 2 && store_open(s, argv[1]) && fill(s) && store_close(s);

	if (!good)
		fprintf(stderr, "make_db: %s\n",
			s != NULL && argc == 2 ? store_error(s) : "usage: make_db OUT.db");
	store_destroy(s);
	return good ? 0 : 1;
}
