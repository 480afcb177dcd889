/*
 * conversation.h - scripted TLS connections for tests: words become records, segments, a verdict.
 *
 * A script is words separated by spaces; each word is one message, sent in a segment of its own
 * unless the mode says otherwise. Client: CH ssl2 cert none cke cv ccs fin app warn41 alert<N> bye
 * data<N> (N bytes that look encrypted) FIN RST. Server: the same words with a leading "s:" plus
 * s:SH s:SH13 s:HRR s:SHres s:cert s:ske s:CR s:done s:nst. A leading "lost:" leaves the segment
 * out of the capture; "text:" before CH sends plaintext. SPLIT_OPENVPN: "soft" is OpenVPN's soft
 * reset.
 */
#ifndef TESTS_UNIT_CONVERSATION_H
#define TESTS_UNIT_CONVERSATION_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/packet/flow.h"
#include "analyzer/tls/tls_stream.h"
#include "analyzer/verdict/judge.h"
#include "tests/unit/openvpn_build.h"
#include "tests/unit/x509_vectors.h"

enum { CLIENT, SERVER };
/* SPLIT_OPENVPN: in control packets of OpenVPN, with acknowledgements and tunnel data between. */
enum split { SPLIT_MESSAGES, SPLIT_BYTES, SPLIT_PACKED, SPLIT_OPENVPN };

struct heard {
	unsigned sessions;
	struct outcome_attempt attempt; /* of the last session's headline */
	enum attempt_kind kind;
	size_t attempts;
	enum verdict verdict;
	char sub_reason[32], explanation[OUTCOME_TEXT_MAX], version[16];
	unsigned modifiers;
	size_t facts;
	uint64_t foreign[2]; /* bytes that are no TLS */
	char subject[128];
};

struct conversation {
	struct tls_run run;
	struct tls_wing wing;
	struct flow_table *flows;
	uint32_t seq[2];
	uint64_t frame;
	int64_t now;
	enum split split;
	uint8_t buffer[2][65536]; /* SPLIT_PACKED: not sent yet */
	size_t buffered[2];
	struct openvpn_build openvpn[2]; /* SPLIT_OPENVPN */
	uint32_t openvpn_id[2];
	bool closed[2]; /* by FIN or RST */
	struct heard heard;
};

static inline uint64_t
conversation_foreign(const struct tls_session *s, enum tls_side side)
{
	uint64_t sum = 0;

	for (const struct step *step = s->trace.side[side].first; step != NULL; step = step->next)
		sum += step->kind == STEP_FOREIGN ? step->length : 0;
	return sum;
}

static inline void
conversation_hear(void *ctx, struct tls_session *s, enum flow_end why)
{
	struct conversation *c = ctx;
	struct outcome o;
	struct heard *h = &c->heard;

	h->sessions++;
	if (!judge_session(s, why, &o))
		abort();
	h->attempt = o.attempts[o.headline];
	h->kind = h->attempt.kind;
	h->attempts = o.n_attempts;
	h->verdict = o.verdict;
	h->modifiers = o.modifiers;
	h->facts = o.n_facts;
	h->foreign[CLIENT] = conversation_foreign(s, TLS_CLIENT);
	h->foreign[SERVER] = conversation_foreign(s, TLS_SERVER);
	snprintf(h->sub_reason, sizeof(h->sub_reason), "%s",
		 o.sub_reason != NULL ? o.sub_reason : "");
	snprintf(h->explanation, sizeof(h->explanation), "%s", o.explanation);
	snprintf(h->version, sizeof(h->version), "%s", o.tls_version != NULL ? o.tls_version : "");
	for (size_t i = 0; i < o.n_chain; i++)
		if (o.chain[i].role == TLS_CLIENT && o.chain[i].position == 0)
			snprintf(h->subject, sizeof(h->subject), "%s",
				 o.chain[i].certificate->subject);
}

static inline void
conversation_segment(struct conversation *c, int side, uint8_t flags, const void *data, size_t len,
		     bool captured)
{
	static const struct endpoint ends[2] = {{.addr = {10, 0, 0, 2}, .port = 50000, .family = 4},
						{.addr = {10, 0, 0, 1}, .port = 8443, .family = 4}};
	struct segment s = {.src = ends[side],
			    .dst = ends[!side],
			    .protocol = PROTOCOL_TCP,
			    .tcp_flags = flags,
			    .ttl = 64,
			    .ip_id = (uint16_t)(c->frame + 1),
			    .seq = c->seq[side],
			    .ack = (flags & TCP_ACK) != 0 ? c->seq[!side] : 0,
			    .payload = bytes_of(data, len),
			    .payload_len = (uint32_t)len,
			    .frame = ++c->frame,
			    .time_ns = c->now += 1000000};

	c->seq[side] += (uint32_t)len + ((flags & (TCP_SYN | TCP_FIN)) != 0 ? 1 : 0);
	if (captured && !flow_feed_segment(c->flows, &s))
		abort();
}

static inline void
conversation_flush(struct conversation *c, int side)
{
	if (c->buffered[side] > 0)
		conversation_segment(c, side, TCP_ACK | TCP_PSH, c->buffer[side], c->buffered[side],
				     true);
	c->buffered[side] = 0;
}

static inline void
conversation_openvpn(struct conversation *c, int side, enum openvpn_opcode opcode,
		     const uint8_t *data, size_t len, bool captured)
{
	enum openvpn_kind kind = openvpn_kind((uint8_t)(opcode << 3));
	bool numbered = openvpn_kind_reliable(kind) && kind != OPENVPN_ACK;
	uint32_t id = numbered ? c->openvpn_id[side]++ : 0;
	uint8_t packet[OPENVPN_BUILD_MAX + 512];

	if (c->closed[side])
		return;
	c->openvpn[side].acks = id > 0 ? 1 : 0;
	conversation_segment(c, side, TCP_ACK, packet,
			     openvpn_build(&c->openvpn[side], packet, opcode, id, data, len),
			     captured);
}

static inline void
conversation_wrapped(struct conversation *c, int side, const uint8_t *data, size_t len,
		     bool captured)
{
	static const uint8_t tunnel[300];

	for (size_t at = 0, n; at < len; at += n) {
		n = len - at < 100 ? len - at : 100;
		conversation_openvpn(c, side, OPENVPN_OP_control_v1, data + at, n, captured);
		conversation_openvpn(c, !side, OPENVPN_OP_ack_v1, NULL, 0, true);
	}
	conversation_openvpn(c, side, OPENVPN_OP_data_v1, tunnel, sizeof(tunnel), true);
}

/* Another TLS session, under the next key id. */
static inline void
conversation_soft_reset(struct conversation *c, int side, bool captured)
{
	c->openvpn[side].key_id++;
	c->openvpn_id[side] = 0;
	conversation_openvpn(c, side, OPENVPN_OP_control_soft_reset_v1, NULL, 0, captured);
}

static inline void
conversation_resets(struct conversation *c)
{
	c->openvpn[CLIENT] = (struct openvpn_build){.session_id = 0xC1C2C3C4C5C6C7C8};
	c->openvpn[SERVER] = (struct openvpn_build){.session_id = 0x5152535455565758};
	c->openvpn[CLIENT].hmac_len = c->openvpn[SERVER].hmac_len = 20;
	conversation_openvpn(c, CLIENT, OPENVPN_OP_control_hard_reset_client_v2, NULL, 0, true);
	conversation_openvpn(c, SERVER, OPENVPN_OP_control_hard_reset_server_v2, NULL, 0, true);
}

static inline void
conversation_bytes(struct conversation *c, int side, const uint8_t *data, size_t len, bool captured)
{
	if (c->split == SPLIT_OPENVPN) {
		conversation_wrapped(c, side, data, len, captured);
		return;
	}
	if (c->split == SPLIT_PACKED && captured) {
		conversation_flush(c, !side);
		memcpy(c->buffer[side] + c->buffered[side], data, len);
		c->buffered[side] += len;
		return;
	}
	conversation_flush(c, side);
	if (c->split == SPLIT_BYTES)
		for (size_t i = 0; i < len; i++)
			conversation_segment(c, side, TCP_ACK, data + i, 1, captured);
	else
		conversation_segment(c, side, TCP_ACK | TCP_PSH, data, len, captured);
}

static inline void
conversation_record(struct conversation *c, int side, uint8_t type, const uint8_t *body, size_t len,
		    bool captured)
{
	uint8_t record[20000] = {type, 3, 3, (uint8_t)(len >> 8), (uint8_t)len};

	memcpy(record + 5, body, len);
	conversation_bytes(c, side, record, len + 5, captured);
}

static inline void
conversation_message(struct conversation *c, int side, uint8_t type, const uint8_t *body,
		     size_t len, bool captured)
{
	uint8_t message[8000] = {type, (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};

	if (len > 0)
		memcpy(message + 4, body, len);
	conversation_record(c, side, 22, message, len + 4, captured);
}

/* Hellos: version 3.3, a random of one byte repeated, no session id, one suite. */
static inline void
conversation_hello(struct conversation *c, int side, const char *word, bool captured)
{
	static const uint8_t retry[32] = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11,
					  0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
					  0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E,
					  0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};
	static const uint8_t v13[] = {0, 6, 0, 43, 0, 2, 3, 4};
	static const uint8_t psk[] = {0, 12, 0, 43, 0, 2, 3, 4, 0, 41, 0, 2, 0, 0};
	bool is_13 = strstr(word, "13") != NULL || strcmp(word, "HRR") == 0;
	uint8_t body[128] = {3, 3};
	size_t n = 2;

	memset(body + n, side == CLIENT ? 0xC1 : 0x5E, 32);
	if (strcmp(word, "HRR") == 0)
		memcpy(body + n, retry, 32);
	n += 32;
	body[n++] = 0;
	if (side == CLIENT) {
		memcpy(body + n, (uint8_t[]){0, 2, 0xC0, 0x2F, 1, 0}, 6);
		n += 6;
	} else {
		memcpy(body + n, (uint8_t[]){is_13 ? 0x13 : 0xC0, is_13 ? 0x01 : 0x2F, 0}, 3);
		n += 3;
	}
	if (strcmp(word, "SHpsk13") == 0) {
		memcpy(body + n, psk, sizeof(psk));
		n += sizeof(psk);
	} else if (side == SERVER && is_13) {
		memcpy(body + n, v13, sizeof(v13));
		n += sizeof(v13);
	}
	conversation_message(c, side, side == CLIENT ? 1 : 2, body, n, captured);
}

static inline void
conversation_certificate(struct conversation *c, int side, bool captured)
{
	size_t n = sizeof(vector_certificate);
	uint8_t body[4096] = {0, (uint8_t)((n + 3) >> 8), (uint8_t)(n + 3),
			      0, (uint8_t)(n >> 8),       (uint8_t)n};

	memcpy(body + 6, vector_certificate, n);
	conversation_message(c, side, 11, body, n + 6, captured);
}

/* Words whose body is fixed: record type, handshake type or -1, body. */
static const struct {
	const char *word;
	int content, handshake;
	size_t len;
	uint8_t body[16];
} conversation_words[] = {
    {"none", 22, 11, 3, {0, 0, 0}},
    {"ske", 22, 12, 8, {3, 0, 29, 1, 0, 4, 1, 0}},
    {"CR", 22, 13, 10, {1, 1, 0, 4, 4, 1, 4, 3, 0, 0}},
    {"done", 22, 14, 0, {0}},
    {"cv", 22, 15, 6, {4, 1, 0, 2, 7, 7}},
    {"cke", 22, 16, 2, {1, 9}},
    {"nst", 22, 4, 8, {0, 0, 0, 9, 0, 2, 1, 2}},
    {"ccs", 20, -1, 1, {1}},
    {"warn41", 21, -1, 2, {1, 41}},
    {"close", 21, -1, 2, {1, 0}},
};

static inline bool
conversation_fixed(struct conversation *c, int side, const char *word, bool captured)
{
	for (size_t i = 0; i < sizeof(conversation_words) / sizeof(conversation_words[0]); i++) {
		if (strcmp(conversation_words[i].word, word) != 0)
			continue;
		if (conversation_words[i].handshake >= 0)
			conversation_message(c, side, (uint8_t)conversation_words[i].handshake,
					     conversation_words[i].body, conversation_words[i].len,
					     captured);
		else
			conversation_record(c, side, (uint8_t)conversation_words[i].content,
					    conversation_words[i].body, conversation_words[i].len,
					    captured);
		return true;
	}
	return false;
}

static inline void
conversation_say(struct conversation *c, const char *word)
{
	static const uint8_t sealed[16000] = {0xEE, 0x11, 0x22};
	static const char text[] = "220 ready \x16 \x16\x03 go ahead\r\n";
	bool captured = strncmp(word, "lost:", 5) != 0;
	unsigned code, len;

	word += captured ? 0 : 5;
	int side = strncmp(word, "s:", 2) == 0 ? SERVER : CLIENT;
	word += side == SERVER ? 2 : 0;
	if (strcmp(word, "FIN") == 0 || strcmp(word, "RST") == 0) {
		conversation_flush(c, !side);
		conversation_flush(c, side);
		conversation_segment(c, side, (word[0] == 'F' ? TCP_FIN : TCP_RST) | TCP_ACK, NULL,
				     0, captured);
		c->closed[side] = true;
	} else if (strcmp(word, "ack") == 0)
		conversation_segment(c, side, TCP_ACK, NULL, 0, captured);
	else if (strcmp(word, "soft") == 0)
		conversation_soft_reset(c, side, captured);
	else if (strcmp(word, "cert") == 0)
		conversation_certificate(c, side, captured);
	else if (word[0] == 'C' && word[1] == 'H')
		conversation_hello(c, side, word, captured);
	else if (strncmp(word, "SH", 2) == 0 || strcmp(word, "HRR") == 0)
		conversation_hello(c, side, word, captured);
	else if (strcmp(word, "text") == 0)
		conversation_bytes(c, side, (const uint8_t *)text, sizeof(text) - 1, captured);
	else if (sscanf(word, "alert%u", &code) == 1)
		conversation_record(c, side, 21, (uint8_t[]){2, (uint8_t)code}, 2, captured);
	else if (sscanf(word, "data%u", &len) == 1 && len <= sizeof(sealed))
		conversation_record(c, side, 23, sealed, len, captured);
	else if (strcmp(word, "fin") == 0)
		conversation_record(c, side, 22, sealed, 40, captured);
	else if (strcmp(word, "app") == 0)
		conversation_record(c, side, 23, sealed, 50, captured);
	else if (strcmp(word, "bye") == 0)
		conversation_record(c, side, 21, sealed, 26, captured);
	else if (strcmp(word, "wait") == 0)
		c->now += 5000000000;
	else if (!conversation_fixed(c, side, word, captured)) {
		fprintf(stderr, "no word \"%s\"\n", word);
		abort();
	}
}

static inline struct heard
conversation_run(const char *script, enum split split)
{
	struct conversation *c = calloc(1, sizeof(*c));
	char *words = strdup(script), *save = NULL;

	if (c == NULL || words == NULL || !tls_run_init(&c->run))
		abort();
	c->split = split;
	c->seq[CLIENT] = 0xFFFFFF00; /* wraps on the way */
	c->seq[SERVER] = 77;
	c->now = 1700000000000000000;
	c->wing =
	    (struct tls_wing){.run = &c->run, .sink = {.ctx = c, .session = conversation_hear}};
	struct flow_sink sink = tls_wing_sink(&c->wing);
	c->flows = flow_table_create(&sink);
	conversation_segment(c, CLIENT, TCP_SYN, NULL, 0, true);
	conversation_segment(c, SERVER, TCP_SYN | TCP_ACK, NULL, 0, true);
	if (split == SPLIT_OPENVPN)
		conversation_resets(c);
	for (char *w = strtok_r(words, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		conversation_say(c, w);
	conversation_flush(c, CLIENT);
	conversation_flush(c, SERVER);
	flow_finish(c->flows);
	struct heard heard = c->heard;
	flow_table_destroy(c->flows);
	tls_run_finish(&c->run);
	free(words);
	free(c);
	return heard;
}

#endif
