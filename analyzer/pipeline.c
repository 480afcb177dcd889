/*
 * pipeline.c - the joints between the wings. See pipeline.h.
 */
#include "analyzer/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/packet/decode.h"
#include "analyzer/packet/flow.h"
#include "analyzer/tls/app_label.h"
#include "analyzer/tls/tls_stream.h"
#include "analyzer/verdict/judge.h"

enum {
	PROGRESS_PACKETS = 4096,
	SECRETS_TLS = 0x544c534b, /* "TLSK": key log text in a Decryption Secrets Block */
};

struct pipeline {
	struct tls_run run;
	struct app_label *labels; /* NULL: no labels */
	const uint16_t *ports;    /* asked for */
	size_t n_ports;
	struct pipeline_stats stats;
	/* the run in hand */
	const struct pipeline_run *now;
	struct tls_wing wing;
	bool sink_failed, dropping;
	bool failed; /* the last run */
	const char *error;
};

struct pipeline *
pipeline_create(bool labels)
{
	struct pipeline *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	if (!tls_run_init(&p->run) || (labels && (p->labels = app_label_create(&p->run)) == NULL)) {
		pipeline_destroy(p);
		return NULL;
	}
	return p;
}

void
pipeline_destroy(struct pipeline *p)
{
	if (p == NULL)
		return;
	app_label_destroy(p->labels);
	tls_run_finish(&p->run);
	free(p);
}

void
pipeline_set_secrets(struct pipeline *p, const struct pipeline_secrets *secrets)
{
	p->run.given = secrets->given;
	p->run.rsa_keys = secrets->rsa_keys;
	p->run.n_rsa_keys = secrets->n_rsa_keys;
	p->run.verify_all = secrets->verify_all;
}

void
pipeline_set_trust(struct pipeline *p, const struct chain_trust *trust)
{
	p->run.trust = trust;
}

void
pipeline_set_ports(struct pipeline *p, const uint16_t *ports, size_t count)
{
	p->ports = ports;
	p->n_ports = count;
}

const char *
pipeline_error(const struct pipeline *p)
{
	return p->error;
}

struct pipeline_stats
pipeline_stats(const struct pipeline *p)
{
	return p->stats;
}

void
pipeline_stats_add(struct pipeline_stats *to, struct pipeline_stats more)
{
	to->packets += more.packets;
	to->segments += more.segments;
	to->other += more.other;
	to->malformed += more.malformed;
	to->cut += more.cut;
	to->unknown_link += more.unknown_link;
	to->flows += more.flows;
	to->sessions += more.sessions;
	to->evicted += more.evicted;
	to->forgotten_ports += more.forgotten_ports;
}

/* A session is over: judge it and pass it on. */
static void
on_session(void *ctx, struct tls_session *s, enum flow_end why)
{
	struct pipeline *p = ctx;
	struct source_interface interface;
	struct outcome out;

	if (p->dropping || p->sink_failed || p->wing.failed)
		return;
	if (!judge_session(s, why, &out)) {
		p->wing.failed = true;
		return;
	}
	if (source_interface(p->now->source, s->flow->interface, &interface))
		out.interface = interface.name;
	if (p->labels != NULL)
		out.app_label = app_label_find(p->labels, s);
	p->stats.sessions++;
	if (!p->now->sink.emit(p->now->sink.ctx, &out))
		p->sink_failed = true;
}

static void
on_opened(void *ctx, struct tls_session *s, enum tls_side side, struct bytes first)
{
	struct pipeline *p = ctx;

	if (p->labels != NULL)
		app_label_feed(p->labels, s, side, first);
}

static bool
take_segment(struct pipeline *p, struct flow_table *flows, const struct packet *packet,
	     const struct flow_arrival *arrival)
{
	const struct segment *segment = arrival->segment;

	p->stats.segments++;
	/* Every TCP segment and datagram is counted for its stream number, also those that the
	 * filter leaves out. */
	if (segment->protocol == PROTOCOL_UDP) {
		flow_udp_stream(flows, arrival);
		fetches_dns(&p->run.fetches, segment);
		return true;
	}
	if (p->now->filter != NULL && !capture_filter_match(p->now->filter, packet))
		return flow_count(flows, arrival);
	return flow_feed(flows, arrival) && !p->sink_failed && !p->wing.failed;
}

/* A packet that holds no segment. */
static void
count_other(struct pipeline_stats *stats, enum decode_result decoded)
{
	switch (decoded) {
	case DECODE_SEGMENT:
		return;
	case DECODE_OTHER:
		stats->other++;
		return;
	case DECODE_MALFORMED:
		stats->malformed++;
		return;
	case DECODE_CUT:
		stats->cut++;
		return;
	case DECODE_LINK:
		stats->unknown_link++;
		return;
	}
}

/* n <= FLOW_EXPECT_MAX. False when memory is short, or the sink failed. */
static bool
take_packets(struct pipeline *p, struct flow_table *flows, const struct packet *packets, size_t n)
{
	struct segment segments[FLOW_EXPECT_MAX];
	struct flow_arrival arrivals[FLOW_EXPECT_MAX];
	const struct packet *from[FLOW_EXPECT_MAX];
	size_t n_arrivals = 0;

	p->stats.packets += n;
	for (size_t i = 0; i < n; i++) {
		struct segment *s = &segments[n_arrivals];
		enum decode_result decoded = decode_packet(&packets[i], s);
		if (decoded == DECODE_SEGMENT) {
			from[n_arrivals] = &packets[i];
			flow_arrive(flows, s, &arrivals[n_arrivals++]);
		} else {
			count_other(&p->stats, decoded);
		}
	}
	if (n_arrivals > 1)
		flow_expect(flows, arrivals, n_arrivals);
	for (size_t i = 0; i < n_arrivals; i++)
		if (!take_segment(p, flows, from[i], &arrivals[i]))
			return false;
	return true;
}

static void
take_secret(void *ctx, const struct secret *secret)
{
	struct pipeline *p = ctx;

	if (secret->type == SECRETS_TLS && !tls_run_add_secrets(&p->run, secret->text))
		p->wing.failed = true;
}

/* Secrets may stand anywhere in a pcapng file; of a pipe they come when they come. */
static void
begin_secrets(struct pipeline *p)
{
	struct source_info info;
	bool all_read;

	tls_run_next_capture(&p->run, false);
	if (p->labels != NULL)
		app_label_next_capture(p->labels);
	all_read = source_secrets_first(p->now->source, take_secret, p);
	source_info(p->now->source, &info);
	p->run.secrets_may_come = !all_read && strcmp(info.format, "pcapng") == 0;
}

static bool
go_on(struct pipeline *p)
{
	uint64_t done, total;

	if (p->now->progress == NULL)
		return true;
	source_progress(p->now->source, &done, &total);
	return p->now->progress(p->now->progress_ctx, done, total);
}

static enum pipeline_result
fault(struct pipeline *p, const char *text)
{
	p->error = p->sink_failed ? NULL : text;
	return PIPELINE_FAULT;
}

static void
tell_ports(struct pipeline *p)
{
	const struct outcome_sink *sink = &p->now->sink;
	struct outcome_without_tls *rows;

	if (p->sink_failed || p->wing.failed || sink->without_tls == NULL)
		return;
	size_t n = tls_ports_list(&p->run.ports, p->ports, p->n_ports, &rows);
	p->wing.failed = rows == NULL;
	for (size_t i = 0; i < n && !p->sink_failed; i++)
		p->sink_failed = !sink->without_tls(sink->ctx, &rows[i]);
	free(rows);
}

static enum pipeline_result
end_capture(struct pipeline *p, struct flow_table *flows)
{
	struct source_info info;

	source_info(p->now->source, &info);
	p->run.ports.end_ns = info.last_ns;
	flow_finish(flows);
	p->stats.forgotten_ports += p->run.ports.forgot;
	tell_ports(p);
	return p->sink_failed || p->wing.failed ? fault(p, "out of memory") : PIPELINE_DONE;
}

/* Several packets where the source has them at hand, else one; secrets between them are taken. */
static enum source_event
next_packets(struct pipeline *p, struct packet *packets, size_t *n)
{
	struct secret secret;

	for (;;) {
		*n = source_batch(p->now->source, packets, FLOW_EXPECT_MAX);
		if (*n > 0)
			return SOURCE_PACKET;
		*n = 1;
		enum source_event event = source_next(p->now->source, packets, &secret);
		if (event != SOURCE_SECRET)
			return event;
		take_secret(p, &secret);
	}
}

static enum pipeline_result
read_all(struct pipeline *p, struct flow_table *flows)
{
	struct packet packets[FLOW_EXPECT_MAX];
	size_t n, since = 0;

	for (;;) {
		switch (next_packets(p, packets, &n)) {
		case SOURCE_PACKET:
		case SOURCE_SECRET:
			break;
		case SOURCE_END:
			return end_capture(p, flows);
		case SOURCE_FAULT:
			return fault(p, source_problem(p->now->source));
		}
		if (!take_packets(p, flows, packets, n))
			return fault(p, "out of memory");
		since += n;
		if (since >= PROGRESS_PACKETS) {
			since = 0;
			if (!go_on(p))
				return PIPELINE_STOPPED;
		}
	}
}

/* What a run that failed has learnt is not trusted: bytes may have got lost under it (mapping.h).
 */
static bool
learn_anew(struct pipeline *p)
{
	const struct pipeline_secrets secrets = {
	    .given = p->run.given,
	    .rsa_keys = p->run.rsa_keys,
	    .n_rsa_keys = p->run.n_rsa_keys,
	    .verify_all = p->run.verify_all,
	};
	const struct chain_trust *trust = p->run.trust;

	tls_run_finish(&p->run);
	p->failed = !tls_run_init(&p->run);
	pipeline_set_secrets(p, &secrets);
	pipeline_set_trust(p, trust);
	return !p->failed;
}

enum pipeline_result
pipeline_run(struct pipeline *p, const struct pipeline_run *run)
{
	enum pipeline_result result;

	p->now = run;
	p->sink_failed = false;
	p->dropping = false;
	p->error = NULL;
	p->wing = (struct tls_wing){.run = &p->run,
				    .sink = {.ctx = p, .session = on_session, .opened = on_opened}};
	if (p->failed && !learn_anew(p))
		return fault(p, "out of memory");
	begin_secrets(p);
	struct flow_sink sink = tls_wing_sink(&p->wing);
	struct flow_table *flows = flow_table_create(&sink);
	if (flows == NULL)
		return fault(p, "out of memory");
	result = read_all(p, flows);
	p->stats.flows += flow_table_stats(flows).flows;
	p->stats.evicted += flow_table_stats(flows).evicted;
	p->failed = result == PIPELINE_FAULT;
	if (result != PIPELINE_DONE) {
		p->dropping = true; /* sessions in hand are released, not emitted */
		flow_finish(flows);
	}
	flow_table_destroy(flows);
	return result;
}
