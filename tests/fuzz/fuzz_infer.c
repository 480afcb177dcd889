/*
 * fuzz_infer.c - record traces of any shape into verdict/infer. Whatever comes out keeps to the
 * rules: values of their enums, a sentence for each claim, records that were given, nothing
 * certain but what was readable, and no absence where the bytes are not all there.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzer/verdict/infer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDS_MAX = 48, TICK_NS = 20 * 1000 * 1000 };

struct feed {
	const uint8_t *data;
	size_t size;
};

static unsigned
take(struct feed *f)
{
	if (f->size == 0)
		return 0;
	f->size--;
	return *f->data++;
}

static void
require(bool holds)
{
	if (!holds)
		abort();
}

/* Lengths that rules look for come often; any other may come, too. */
static uint32_t
take_length(struct feed *f)
{
	static const uint16_t lengths[] = {19, 25,  53, 61, 69,  77,  85,  35,   41,   21,  281,
					   97, 112, 57, 80, 112, 250, 950, 1040, 2136, 400, 16401};
	unsigned pick = take(f);

	if (pick < 200)
		return lengths[pick % (sizeof(lengths) / sizeof(lengths[0]))];
	return take(f) << 8 | take(f);
}

static void
take_side(struct feed *f, struct infer_side *side, struct infer_record *records, int64_t *now)
{
	static const uint8_t types[] = {23, 23, 23, 23, 22, 22, 21, 20, INFER_FOREIGN, 24};
	uint64_t at = 100, ack = 100;
	unsigned flags = take(f), n = take(f) % RECORDS_MAX;

	*side = (struct infer_side){.records = records,
				    .count = n,
				    .started = (flags & 1) == 0,
				    .start = at,
				    .complete = (flags & 2) != 0,
				    .whole = (flags & 4) == 0};
	for (unsigned i = 0; i < n; i++) {
		unsigned kind = take(f);
		uint32_t length = take_length(f);
		ack += take(f) * 16;
		*now += (int64_t)take(f) * TICK_NS;
		records[i] = (struct infer_record){
		    .type = types[kind % 10],
		    .joined = kind < 250,
		    .cut = kind == 240,
		    .level = -1,
		    .code = kind % 10 == 6 && length < 60 ? (int16_t)(length % 120) : -1,
		    .length = length,
		    .repeat = kind == 230 ? 7 : 0,
		    .at = at,
		    .end = at + 5 + length,
		    .ack = ack,
		    .frame = i + 1,
		    .time_ns = kind == 231 ? INT64_MIN : *now};
		at = records[i].end;
	}
	side->fin = (struct infer_close){.seen = (flags & 8) != 0,
					 .ack = ack + take(f) * 16,
					 .frame = n + 1,
					 .at = at,
					 .time_ns = *now};
	side->rst = side->fin;
	side->rst.seen = (flags & 16) != 0;
	side->rst.foreign = side->rst.seen && (flags & 32) != 0;
}

static bool
given(const struct infer_input *in, const struct infer_record *r)
{
	for (int i = 0; i < 2; i++)
		if (r >= in->side[i].records && r < in->side[i].records + in->side[i].count)
			return true;
	return r == NULL;
}

static void
check_fact(const struct infer_input *in, const struct infer_fact *f, int last)
{
	require(f->value >= 0 && f->value <= last);
	require(memchr(f->basis, '\0', sizeof(f->basis)) != NULL);
	require((f->evidence == EVIDENCE_NONE) == (f->confidence == CONFIDENCE_NONE));
	require((f->evidence == EVIDENCE_NONE) == (f->basis[0] == '\0'));
	require(f->evidence != EVIDENCE_INFERRED || f->confidence <= CONFIDENCE_VERY_HIGH);
	require(f->evidence != EVIDENCE_DECRYPTED);
	for (int i = 0; i < INFER_RECORDS_MAX; i++)
		require(given(in, f->records[i]));
}

static void
check(const struct infer_input *in, const struct infer_output *out)
{
	const struct infer_side *server = &in->side[TLS_SERVER], *client = &in->side[TLS_CLIENT];

	check_fact(in, &out->requested, ANSWER_YES);
	check_fact(in, &out->client_cert, CLIENT_CERT_NOT_IN_THIS_HANDSHAKE);
	check_fact(in, &out->proof, PROOF_VALID);
	check_fact(in, &out->outcome, REACTION_NOT_APPLICABLE);
	check_fact(in, &out->client_finished, ANSWER_YES);
	require(given(in, out->answer) && given(in, out->alert));
	if (out->outcome.value == REACTION_DROPPED_NO_REPLY)
		require(server->complete && out->outcome.confidence <= CONFIDENCE_MEDIUM);
	require(!out->client_left || out->answer == NULL);
	if (out->client_left && out->client_cert.records[1] == NULL) /* no alert: it only closed */
		require(client->complete && client->fin.seen);
	if (out->outcome.value != REACTION_UNKNOWN)
		require(out->requested.value == ANSWER_YES);
	if (out->proof.value == PROOF_SEEN)
		require(out->client_cert.value == CLIENT_CERT_PRESENTED);
}

static void
take_options(struct feed *f, struct infer_input *in)
{
	unsigned flags = take(f);

	in->cipher_suite = (uint16_t)(0x1300 + flags % 7);
	in->hello = (flags & 0x80) == 0;
	in->psk = (flags & 0x40) != 0;
	flags = take(f);
	in->early_data = (flags & 1) != 0;
	in->post_handshake_auth = (flags & 2) != 0;
	in->max_fragment_length = flags >> 2 & 7;
	in->record_size_limit = (flags & 0x80) != 0 ? (uint16_t)(take(f) * 64) : 0;
	in->cipher.kind = take(f) & 3;
	in->cipher.iv = (uint8_t)take(f);
	in->cipher.tag = 16;
	in->cipher.block = (uint8_t)take(f);
	in->cipher.mac = 20;
	in->client_key_exchange = take(f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct infer_record records[2][RECORDS_MAX];
	struct feed f = {data, size};
	struct infer_input in = {0};
	struct infer_output out;
	struct infer_late late;
	int64_t now = 0;

	take_options(&f, &in);
	take_side(&f, &in.side[TLS_CLIENT], records[TLS_CLIENT], &now);
	now = 0;
	take_side(&f, &in.side[TLS_SERVER], records[TLS_SERVER], &now);
	infer_handshake(&in, &out);
	check(&in, &out);
	infer_renegotiation(&in, &out);
	check(&in, &out);
	uint64_t from = 0;
	for (unsigned i = 0; i < RECORDS_MAX && infer_post_handshake(&in, from, &late); i++) {
		check(&in, &late.output);
		require(late.output.answer->end > from);
		from = late.output.answer->end;
	}
	return 0;
}
