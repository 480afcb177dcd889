/*
 * findings_listen.h - scripted conversations with certificates and requests made for the purpose,
 * and the findings they give. "@word" is a client Certificate, "@a+@b" a chain, "s:@CR..." a
 * request; "lookup" asks DNS in vain for the OCSP responder of "@ocsp", "swallowed" is a large
 * segment of the client that is lost again and again.
 */
#ifndef TESTS_UNIT_FINDINGS_LISTEN_H
#define TESTS_UNIT_FINDINGS_LISTEN_H

#include "tests/unit/certificate_build.h"
#include "tests/unit/conversation.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
enum { FINDINGS_MAX = 16 };

/* "@word": the client's Certificate with one certificate of this kind. */
static const struct {
	const char *word;
	struct build build;
} kinds[] = {
    {"@good",
     {"alice", "Root", -BUILD_DAY, BUILD_DAY, 0, "clientAuth", NULL, NULL, NULL, NULL, NULL, NULL}},
    {"@expired",
     {"old", "Root", -900 * BUILD_DAY, -400 * BUILD_DAY, 0, NULL, NULL, NULL, NULL, NULL, NULL,
      NULL}},
    {"@notyet",
     {"new", "Root", 40 * BUILD_DAY, 90 * BUILD_DAY, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL}},
    {"@skewed", {"new", "Root", 3600, 90 * BUILD_DAY, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL}},
    {"@selfsigned",
     {"me", "me", -BUILD_DAY, BUILD_DAY, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL}},
    {"@server",
     {"camera", "Root", -BUILD_DAY, BUILD_DAY, 0, "serverAuth", NULL, NULL, NULL, NULL, NULL,
      NULL}},
    {"@nosign",
     {"enc", "Root", -BUILD_DAY, BUILD_DAY, 0, NULL, "keyEncipherment", NULL, NULL, NULL, NULL,
      NULL}},
    {"@stranger",
     {"eve", "Elsewhere", -BUILD_DAY, BUILD_DAY, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL}},
    {"@weak",
     {"weak", "Root", -BUILD_DAY, BUILD_DAY, 1024, NULL, NULL, NULL, NULL, NULL, NULL, NULL}},
    {"@sha1",
     {"sha1", "Root", -BUILD_DAY, BUILD_DAY, 0, NULL, NULL, NULL, NULL, EVP_sha1, NULL, NULL}},
    {"@ocsp",
     {"alice", "Root", -BUILD_DAY, BUILD_DAY, 0, NULL, NULL, "OCSP;URI:http://o.example", NULL,
      NULL, NULL, NULL}},
    {"@int1",
     {"Int 1", "Int 2", -BUILD_DAY, BUILD_DAY, 0, NULL, NULL, NULL, "CA:TRUE", NULL, NULL, NULL}},
    {"@int2",
     {"Int 2", "Root", -BUILD_DAY, BUILD_DAY, 0, NULL, NULL, NULL, "CA:TRUE", NULL, NULL, NULL}},
    {"@deep",
     {"deep", "Int 1", -BUILD_DAY, BUILD_DAY, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL}},
};

struct said {
	struct conversation conversation;
	struct outcome_finding findings[FINDINGS_MAX];
	char explanations[FINDINGS_MAX][OUTCOME_TEXT_MAX];
	size_t count;
	char stack[32];
};

static inline void
hear(void *ctx, struct tls_session *s, enum flow_end why)
{
	struct said *said = ctx;
	struct outcome o;

	assert_true(judge_session(s, why, &o));
	said->count = 0;
	snprintf(said->stack, sizeof(said->stack), "%s", o.server_stack ? o.server_stack : "");
	for (size_t i = 0; i < o.n_findings && i < FINDINGS_MAX; i++) {
		const struct outcome_finding *f = &o.findings[i];
		assert_int_equal(f->rank, i + 1);
		assert_non_null(f->explanation);
		assert_true(strchr(f->explanation, '{') == NULL && f->explanation[0] != '\0');
		assert_true(strchr(f->server_fix, '{') == NULL && f->server_fix[0] != '\0');
		assert_true(strchr(f->client_fix, '{') == NULL && f->client_fix[0] != '\0');
		said->findings[said->count] = *f;
		snprintf(said->explanations[said->count++], OUTCOME_TEXT_MAX, "%s", f->explanation);
	}
}

static inline size_t
add_certificate(uint8_t *body, size_t at, const char *word)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		unsigned char *der;
		int len;
		if (strcmp(kinds[i].word, word) != 0)
			continue;
		X509_free(build_certificate(&kinds[i].build, &der, &len));
		body[at] = 0;
		body[at + 1] = (uint8_t)(len >> 8);
		body[at + 2] = (uint8_t)len;
		memcpy(body + at + 3, der, (size_t)len);
		OPENSSL_free(der);
		return at + 3 + (size_t)len;
	}
	fail_msg("no certificate %s", word);
	return 0;
}

/* "@deep+@int1+@int2" */
static inline void
say_chain(struct conversation *c, const char *words)
{
	uint8_t body[7000] = {0};
	size_t n = 3;
	char *copy = strdup(words), *save = NULL;

	for (char *w = strtok_r(copy, "+", &save); w != NULL; w = strtok_r(NULL, "+", &save))
		n = add_certificate(body, n, w);
	free(copy);
	body[1] = (uint8_t)((n - 3) >> 8);
	body[2] = (uint8_t)(n - 3);
	conversation_message(c, CLIENT, 11, body, n, true);
}

/* A CertificateRequest: types, schemes, `names` times CN=Root. */
static inline void
say_request(struct conversation *c, const char *word)
{
	static const uint8_t name[] = {0,    17,   0x30, 15,   0x31, 13,  0x30, 11,  0x06, 3,
				       0x55, 0x04, 0x03, 0x0C, 4,    'R', 'o',  'o', 't'};
	bool rsa = strcmp(word, "s:@CRrsa") == 0;
	static const uint8_t open[] = {2, 1, 64, 0, 4, 4, 1, 4, 3}, only[] = {1, 1, 0, 2, 4, 1};
	static const uint8_t gnutls[] = {2, 1, 64, 0, 18, 4, 1,    8, 9, 8, 4, 4,
					 3, 8, 7,  5, 1,  8, 0x0a, 8, 5, 5, 3};
	bool shaped = strcmp(word, "s:@CRgnutls") == 0;
	const uint8_t *head = rsa ? only : shaped ? gnutls : open;
	size_t n = rsa ? sizeof(only) : shaped ? sizeof(gnutls) : sizeof(open);
	size_t names = strcmp(word, "s:@CR0") == 0 ? 0 : strcmp(word, "s:@CRbig") == 0 ? 900 : 1;
	uint8_t *body = calloc(1, 20000);
	size_t list = names * sizeof(name);

	memcpy(body, head, n);
	body[n++] = (uint8_t)(list >> 8);
	body[n++] = (uint8_t)list;
	for (size_t i = 0; i < names; i++, n += sizeof(name))
		memcpy(body + n, name, sizeof(name));
	/* Longer than a record: in two. */
	uint8_t *message = calloc(1, 20000);
	memcpy(message, (uint8_t[]){13, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}, 4);
	memcpy(message + 4, body, n);
	size_t first = n + 4 < 9000 ? n + 4 : 9000;
	conversation_record(c, SERVER, 22, message, first, true);
	if (n + 4 > first)
		conversation_record(c, SERVER, 22, message + first, n + 4 - first, true);
	free(message);
	free(body);
}

/* The server asks for the address of o.example, and there is no such name. */
static inline void
say_lookup(struct conversation *c)
{
	uint8_t data[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\1o\7example\0\0\1\0\1";
	struct segment s = {.src = {.addr = {10, 0, 0, 1}, .port = 5000, .family = 4},
			    .dst = {.addr = {10, 0, 0, 53}, .port = 53, .family = 4},
			    .payload = bytes_of(data, sizeof(data) - 1),
			    .frame = ++c->frame,
			    .time_ns = c->now += 1000000};
	struct endpoint server = s.src;

	fetches_dns(&c->run.fetches, &s);
	data[2] = 0x81;
	data[3] = 0x83;
	s.src = s.dst;
	s.dst = server;
	s.frame = ++c->frame;
	s.time_ns = c->now += 1000000;
	fetches_dns(&c->run.fetches, &s);
}

/* A large segment of the client that never arrives, though a small one behind it does. */
static inline void
say_swallowed(struct conversation *c)
{
	static const uint8_t large[1400] = {23, 3, 3, 5, 115}, small[5 + 20] = {23, 3, 3, 0, 20};
	uint32_t seq = c->seq[CLIENT];

	conversation_segment(c, CLIENT, TCP_ACK, large, sizeof(large), true);
	conversation_segment(c, CLIENT, TCP_ACK, small, sizeof(small), true);
	for (unsigned i = 0; i < 4; i++) {
		c->seq[CLIENT] = seq;
		if (i == 0)
			conversation_segment(c, SERVER, TCP_ACK, NULL, 0, true);
		conversation_segment(c, CLIENT, TCP_ACK, large, sizeof(large), true);
	}
	c->seq[CLIENT] = seq;
}

static inline void
say(struct conversation *c, const char *word)
{
	if (strcmp(word, "lookup") == 0) {
		say_lookup(c);
		return;
	}
	if (strcmp(word, "swallowed") == 0) {
		say_swallowed(c);
		return;
	}
	if (strncmp(word, "s:@CR", 5) == 0)
		say_request(c, word);
	else if (word[0] == '@')
		say_chain(c, word);
	else
		conversation_say(c, word);
}

static inline void
converse(struct said *said, const char *script, const struct chain_trust *trust)
{
	struct conversation *c = &said->conversation;
	char *words = strdup(script), *save = NULL;

	memset(said, 0, sizeof(*said));
	assert_true(tls_run_init(&c->run));
	c->run.trust = trust;
	c->now = BUILD_START * INT64_C(1000000000);
	c->wing = (struct tls_wing){.run = &c->run, .sink = {.ctx = said, .session = hear}};
	struct flow_sink sink = tls_wing_sink(&c->wing);
	c->flows = flow_table_create(&sink);
	conversation_segment(c, CLIENT, TCP_SYN, NULL, 0, true);
	conversation_segment(c, SERVER, TCP_SYN | TCP_ACK, NULL, 0, true);
	for (char *w = strtok_r(words, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		say(c, w);
	flow_finish(c->flows);
	flow_table_destroy(c->flows);
	tls_run_finish(&c->run);
	free(words);
}

static inline const struct outcome_finding *
find(const struct said *said, const char *cause)
{
	for (size_t i = 0; i < said->count; i++)
		if (strcmp(said->findings[i].cause, cause) == 0)
			return &said->findings[i];
	return NULL;
}

#define ASK       "CH s:SH s:cert s:ske s:@CR s:done "
#define ASK0      "CH s:SH s:cert s:ske s:@CR0 s:done "
#define REST      " cke cv ccs fin "
#define DONE      "s:ccs s:fin app s:app bye FIN"
#define EMPTY     "none cke ccs fin "
#define NOT_ASKED "CH s:SH s:cert s:ske s:done cke ccs fin "
#define DONE12    "s:ccs s:fin "
/* TLS 1.3 without keys: EncryptedExtensions, CertificateRequest, Certificate, CertificateVerify,
 * Finished; the same in one record. */
#define ASK13       "CH s:SH13 s:data40 s:data122 s:data900 s:data281 s:data53 "
#define NOT_ASKED13 "CH s:SH13 s:data40 s:data900 s:data281 s:data53 "
#define FLIGHT      "CH s:SH13 s:data1400 "

#endif
