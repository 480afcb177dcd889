/*
 * pipeline.h - one capture, from packets to outcomes.
 * Joins the wings in the order of the data flow: input, packet, tls, verdict, sink. Knows nothing
 * of the database or the command line. One per thread; its caches serve many captures.
 */
#ifndef ANALYZER_PIPELINE_H
#define ANALYZER_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/input/capture_pcap.h"
#include "analyzer/input/source.h"
#include "analyzer/outcome.h"

struct chain_trust;
struct pipeline;
struct rsa_key;
struct secrets;

/* NULL when memory is short. labels: ask nDPI for application labels; then one thread at a time may
 * create one. */
struct pipeline *pipeline_create(bool labels);
void pipeline_destroy(struct pipeline *p); /* takes NULL */

/* What may open encrypted records. Borrowed for as long as the pipeline runs; may be shared between
 * pipelines. Secrets embedded in a capture are used in any case. */
struct pipeline_secrets {
	const struct secrets *given;     /* NULL none */
	struct rsa_key *const *rsa_keys; /* NULL none */
	size_t n_rsa_keys;
	bool verify_all; /* check every proof of possession, not only of attempts that failed */
};
void pipeline_set_secrets(struct pipeline *p, const struct pipeline_secrets *secrets);
/* Client chains are verified against this; NULL: they are not. Borrowed likewise. */
void pipeline_set_trust(struct pipeline *p, const struct chain_trust *trust);
/* Ports whose connections without TLS are told even where none was seen. Borrowed likewise. */
void pipeline_set_ports(struct pipeline *p, const uint16_t *ports, size_t count);

/* Asked now and then while a capture is read; false stops the run. done and total in bytes, total 0
 * when unknown. */
typedef bool (*pipeline_progress_fn)(void *ctx, uint64_t done, uint64_t total);

struct pipeline_run {
	struct source *source;
	struct outcome_sink sink;
	struct capture_filter *filter; /* NULL: all packets */
	pipeline_progress_fn progress; /* may be NULL */
	void *progress_ctx;
};

enum pipeline_result {
	PIPELINE_DONE,    /* the capture is over; source_problem() says whether it was whole */
	PIPELINE_STOPPED, /* progress said so */
	PIPELINE_FAULT,   /* pipeline_error(), or the sink's */
};

enum pipeline_result pipeline_run(struct pipeline *p, const struct pipeline_run *run);
/* One line; NULL when the fault is the sink's own. */
const char *pipeline_error(const struct pipeline *p);

/* Of all runs so far. */
struct pipeline_stats {
	uint64_t packets, segments, other, malformed, cut, unknown_link;
	uint64_t flows, sessions, evicted;
	uint64_t forgotten_ports; /* see TLS_PORTS_MAX */
};
struct pipeline_stats pipeline_stats(const struct pipeline *p);
void pipeline_stats_add(struct pipeline_stats *to, struct pipeline_stats more);

#endif
