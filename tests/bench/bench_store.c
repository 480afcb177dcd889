/*
 * bench_store.c - what one typical session costs to store: CPU, peak memory and bytes on disk.
 * usage: bench_store DB [SESSIONS [CAPTURES [unlike]]]   (DB must not exist)
 *
 * A typical session: 14 messages, 12 facts, 1 attempt, a server chain of 2 and a client chain of 1,
 * 1 request, 1 finding, a sentence. Addresses, ports, randoms, times, frames and the sentence
 * differ each time; with `unlike`, each session also has a certificate of another length, and says
 * so: no list comes twice. The time is of everything from open to close: inserts, indexes,
 * checkpoint.
 */
#include "db/store.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum {
	MESSAGES = 14,
	FACTS = 12,
	CLIENTS = 997,
	NAMED = OUTCOME_CONSTANT_NAME,
	SAID = OUTCOME_CONSTANT_FACT | OUTCOME_CONSTANT_VALUE | OUTCOME_CONSTANT_BASIS,
};

/* clang-format off */
static const struct outcome_message ladder[MESSAGES] = {
    {1, 4, 559000, TLS_CLIENT, MESSAGE_HANDSHAKE, "ClientHello", 336, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 6, 1912000, TLS_SERVER, MESSAGE_HANDSHAKE, "ServerHello", 61, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 6, 1912000, TLS_SERVER, MESSAGE_HANDSHAKE, "Certificate", 1000, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 6, 1912000, TLS_SERVER, MESSAGE_HANDSHAKE, "ServerKeyExchange", 333, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 7, 1916000, TLS_SERVER, MESSAGE_HANDSHAKE, "CertificateRequest", 177, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 7, 1916000, TLS_SERVER, MESSAGE_HANDSHAKE, "ServerHelloDone", 4, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 9, 12799000, TLS_CLIENT, MESSAGE_HANDSHAKE, "Certificate", 932, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 9, 12799000, TLS_CLIENT, MESSAGE_HANDSHAKE, "ClientKeyExchange", 70, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 9, 12799000, TLS_CLIENT, MESSAGE_HANDSHAKE, "CertificateVerify", 264, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 9, 12799000, TLS_CLIENT, MESSAGE_CCS, "ChangeCipherSpec", 1, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {1, 9, 12799000, TLS_CLIENT, MESSAGE_HANDSHAKE, "Finished", 40, EVIDENCE_INFERRED, -1, -1, 0, NAMED},
    {1, 10, 14056000, TLS_SERVER, MESSAGE_ALERT, "unknown_ca", 2, EVIDENCE_OBSERVED, 2, 48, 0, NAMED},
    {0, 11, 14398000, TLS_CLIENT, MESSAGE_TCP, "FIN", 0, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
    {0, 12, 23519000, TLS_SERVER, MESSAGE_TCP, "RST", 0, EVIDENCE_OBSERVED, -1, -1, 0, NAMED},
};

#define FACT(name, value, basis, frame) {1, name, value, EVIDENCE_OBSERVED, CONFIDENCE_CERTAIN, basis, {{frame}, 1}, SAID}
static const struct outcome_fact facts[FACTS] = {
    FACT("protocol", "tls", "the stream begins with a ClientHello record", 4),
    FACT("tls_version", "1.2", "ServerHello without supported_versions, version 0x0303", 6),
    FACT("when", "initial", "first handshake of the connection", 4),
    FACT("resumed", "no", "the server sent a Certificate message", 6),
    FACT("client_cert_requested", "yes", "CertificateRequest between ServerKeyExchange and ServerHelloDone", 7),
    FACT("client_cert", "presented", "the client's Certificate message lists at least one certificate", 9),
    FACT("proof", "seen", "CertificateVerify after ClientKeyExchange", 9),
    FACT("client_finished", "yes", "an encrypted handshake record after the client's ChangeCipherSpec", 9),
    FACT("server_finished", "no", "the server never changed to encryption", 10),
    FACT("app_data", "none", "no application data record in either direction", 12),
    FACT("terminator", "server_alert", "a fatal alert of the server, in the clear", 10),
    FACT("capture", "complete", "no gap in either direction", 12),
};
/* clang-format on */

static const uint8_t der[900] = {0x30, 0x82, 0x03, 0x80};

static struct outcome_certificate
certificate(uint8_t n, const char *subject)
{
	return (struct outcome_certificate){
	    .sha256 = {n},
	    .der = der,
	    .der_len = sizeof(der),
	    .subject = subject,
	    .issuer = "CN=Lab Client Root,O=TLS Lab,C=DE",
	    .serial = "3f9",
	    .not_before = 1700000000,
	    .not_after = 1800000000,
	    .is_ca = -1,
	    .path_len = -1,
	    .key_type = "RSA",
	    .key_bits = 2048,
	    .signature_algorithm = "sha256WithRSAEncryption",
	    .version = 3,
	    .error_at = -1,
	    .format = "x509",
	};
}

/* Everything one outcome borrows. */
struct session {
	struct outcome o;
	struct outcome_message messages[MESSAGES];
	struct outcome_fact facts[FACTS];
	bool unlike;
	char basis[80], reason[120];
	struct outcome_finding finding;
	struct outcome_certificate certificates[3];
	struct outcome_chain_link chain[3];
	char explanation[200], community[40];
	uint8_t randoms[64];
};

static const struct outcome_attempt attempt = {
    .attempt_no = 1,
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
    .confidence = CONFIDENCE_CERTAIN,
};

static const struct outcome_request_item items[] = {
    {"ca_name", "CN=Lab Client Root,O=TLS Lab,C=DE"}, {"sigalg", "rsa_pkcs1_sha256"}};
static const struct outcome_request request = {1, {7}, items, 2};

static const struct outcome_finding finding = {
    .attempt_no = 1,
    .rank = 1,
    .cause = "client_cert_unknown_ca",
    .certainty = "likely",
    .severity = "failure",
    .explanation = "The server does not trust CN=Lab Client Root,O=TLS Lab,C=DE.",
    .server_fix = "add the CA to those it trusts",
    .client_fix = "use a certificate of a CA that the server asks for",
    .named_frame = 7,
    .frames = {{10}, 1},
    .explains = true,
};

static void
prepare(struct session *s, bool unlike)
{
	static const char *const names[] = {"CN=server.lab.test", "CN=Lab Server CA", "CN=alice"};

	for (uint8_t i = 0; i < 3; i++) {
		s->certificates[i] = certificate((uint8_t)(i + 1), names[i]);
		s->chain[i] = (struct outcome_chain_link){1, i < 2 ? TLS_SERVER : TLS_CLIENT,
							  i < 2 ? i : 0, &s->certificates[i]};
	}
	s->unlike = unlike;
	s->o = (struct outcome){
	    .app_label = "PostgreSQL",
	    .carrier = "postgres",
	    .community_id = s->community,
	    .tls_version = "TLS1.2",
	    .cipher_suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
	    .sni = "server.lab.test",
	    .ja4 = "t12d1909h1_d83cc789557e_7af1ed941c26",
	    .client_random = s->randoms,
	    .server_random = s->randoms + 32,
	    .attempts = &attempt,
	    .n_attempts = 1,
	    .verdict = VERDICT_CLIENT_CERT_REJECTED,
	    .sub_reason = "unknown_ca",
	    .explanation = s->explanation,
	    .server_stack = "OpenSSL",
	    .facts = s->facts,
	    .n_facts = FACTS,
	    .messages = s->messages,
	    .n_messages = MESSAGES,
	    .chain = s->chain,
	    .n_chain = 3,
	    .requests = &request,
	    .n_requests = 1,
	    .findings = &s->finding,
	    .n_findings = 1,
	    .client = {.family = 4},
	    .server = {.family = 4, .addr = {10, 77, 0, 1}, .port = 5432},
	};
}

static void
vary(struct session *s, uint64_t n)
{
	int64_t start = 1795444800000000000 + (int64_t)n * 1000000;
	uint8_t client[4] = {10, 77, (uint8_t)(n % CLIENTS / 250), (uint8_t)(n % CLIENTS % 250)};

	for (int i = 0; i < MESSAGES; i++) {
		s->messages[i] = ladder[i];
		s->messages[i].frame += n * 15;
		s->messages[i].time_ns += start + (int64_t)(n % 89) * 1000;
	}
	for (int i = 0; i < FACTS; i++) {
		s->facts[i] = facts[i];
		s->facts[i].frames.frame[0] += n * 15;
	}
	s->finding = finding;
	s->finding.named_frame += n * 15;
	s->finding.frames.frame[0] += n * 15;
	if (s->unlike) {
		s->messages[6].length += (uint32_t)n;
		snprintf(s->basis, sizeof(s->basis), "a Certificate of %u bytes",
			 s->messages[6].length);
		s->facts[5].basis = s->basis;
		snprintf(s->reason, sizeof(s->reason), "The server refused %s.", s->basis);
		s->finding.explanation = s->reason;
	}
	for (int i = 0; i < 64; i++)
		s->randoms[i] = (uint8_t)((n + 1) * 0x9e3779b97f4a7c15 >> (i % 8 * 8));
	memcpy(s->o.client.addr, client, 4);
	s->o.client.port = (uint16_t)(32768 + n % 28000);
	s->o.first_frame = 4 + n * 15;
	s->o.last_frame = 12 + n * 15;
	s->o.started_ns = start;
	s->o.ended_ns = start + 23519000;
	s->o.stream = (int64_t)n;
	snprintf(s->community, sizeof(s->community),
		 "1:%016llxAbCdEfGhIjK=", (unsigned long long)(n * 0x9e3779b97f4a7c15));
	snprintf(s->explanation, sizeof(s->explanation),
		 "10.77.%u.%u presented a certificate, 10.77.0.1:5432 refused it: the issuer is "
		 "not trusted, or an intermediate was not sent.",
		 client[2], client[3]);
}

static double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static bool
store_capture(struct store *st, struct session *s, uint64_t number, uint64_t sessions)
{
	struct outcome_capture c = {.path = "bench.pcap",
				    .abs_path = "/bench.pcap",
				    .first_ns = INT64_MIN,
				    .last_ns = INT64_MIN,
				    .xxh3 = {(uint8_t)number},
				    .size = number};
	struct store_parameters p = {"bench", NULL, NULL};

	if (!store_begin(st))
		return false;
	for (uint64_t i = 0; i < sessions; i++) {
		vary(s, number * sessions + i);
		if (!store_emit(st, &s->o))
			return false;
	}
	return store_end(st, &c, &p, NULL, 0, NULL);
}

static bool
run(struct store *st, const char *path, uint64_t sessions, uint64_t captures, bool unlike)
{
	struct session *s = calloc(1, sizeof(*s));
	bool ok = s != NULL && store_open(st, path);

	if (ok)
		prepare(s, unlike);
	for (uint64_t i = 0; ok && i < captures; i++)
		ok = store_capture(st, s, i, sessions / captures);
	ok = ok && store_close(st);
	free(s);
	return ok;
}

/* The bench's own share: what making the sessions costs without a store. */
static double
baseline(uint64_t sessions, bool unlike)
{
	struct session *s = calloc(1, sizeof(*s));
	double start = cpu_seconds();

	if (s == NULL)
		return 0;
	prepare(s, unlike);
	for (uint64_t i = 0; i < sessions; i++)
		vary(s, i);
	free(s);
	return cpu_seconds() - start;
}

int
main(int argc, char **argv)
{
	uint64_t sessions = argc > 2 ? strtoull(argv[2], NULL, 10) : 200000;
	uint64_t captures = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	bool unlike = argc > 4 && strcmp(argv[4], "unlike") == 0;
	struct store *st = store_create();
	struct rusage u;
	struct stat file;

	if (argc < 2 || st == NULL || sessions == 0 || captures == 0) {
		fprintf(stderr, "usage: bench_store DB [SESSIONS [CAPTURES [unlike]]]\n");
		return 1;
	}
	double own = baseline(sessions, unlike), start = cpu_seconds();
	bool ok = run(st, argv[1], sessions, captures, unlike);
	double spent = cpu_seconds() - start - own;
	getrusage(RUSAGE_SELF, &u);
	if (!ok)
		fprintf(stderr, "%s\n", store_error(st));
	else if (stat(argv[1], &file) == 0)
		printf("%.2f us CPU, %.0f bytes per session; peak memory %.1f MiB\n",
		       spent / (double)sessions * 1e6, (double)file.st_size / (double)sessions,
		       (double)u.ru_maxrss / 1024);
	store_destroy(st);
	return ok ? 0 : 1;
}
