/*
 * search.h - where TLS begins in one direction of a stream that may be anything.
 * Used by tls_stream.c until a hello is found: on any port, after a plaintext or proxy prelude.
 */
#ifndef ANALYZER_TLS_SEARCH_H
#define ANALYZER_TLS_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/packet/flow.h"
#include "analyzer/packet/pool.h"
#include "analyzer/tls/resync.h"
#include "dissectors/tls/probe.h"
#include "dissectors/wire/bytes.h"

/* A hello is looked for in the first bytes of a direction only. */
enum { SEARCH_PRELUDE_MAX = 64 * 1024, SEARCH_SSLV2_MAX = 512 };

/* Record header, handshake header and client_version: of a hello that is cut, this much must be
 * there. */
enum { SEARCH_CUT_HELLO_MIN = 11 };

enum search_found {
	SEARCH_NOTHING, /* not yet */
	SEARCH_CLIENT_HELLO,
	SEARCH_SERVER_HELLO,
	SEARCH_SSLV2_HELLO, /* whole: search.sslv2 */
	SEARCH_ALERT,       /* a record with a readable alert; only when search.alerts */
	SEARCH_RECORDS,     /* three record headers in a row; only when search.midstream */
	SEARCH_GIVEN_UP,    /* the prelude is over */
};

/* What is kept of earlier views. Most streams begin with a hello that needs nothing kept. */
struct search_kept {
	uint8_t tail[TLS_PROBE_MAX * 2];    /* end of the last views that may begin a hello */
	uint8_t earlier[TLS_PROBE_MAX * 2]; /* the tail before the view */
	uint8_t sslv2[SEARCH_SSLV2_MAX];
};

struct search {
	struct pool *pool;        /* of struct search_kept; borrowed */
	struct search_kept *kept; /* NULL: nothing was, so far */
	bool alerts; /* the other direction speaks TLS: an alert record counts as its start, too */
	bool midstream; /* the beginning was not captured: records in a row count */
	bool failed;    /* memory was short */
	uint16_t tail_len;
	uint16_t sslv2_len;
	uint64_t sslv2_at;
	uint64_t seen;         /* bytes looked at */
	uint64_t hello_at;     /* offset of what was found */
	struct bytes before;   /* its bytes from earlier views; then comes the view */
	struct bytes earlier;  /* all that was kept of earlier views; then comes the view */
	struct resync *resync; /* while midstream; borrowed */
};

/* Ready at the beginning of a stream. */
void search_init(struct search *s, struct pool *pool, struct resync *resync);
/* Nothing needs to be kept any more. */
void search_finish(struct search *s);
/* The same once more, after whatever was found. */
void search_again(struct search *s, bool alerts);
/* The beginning, or what came next, was not captured. */
void search_midstream(struct search *s);

/*
 * Look at the next view. After CLIENT_HELLO, SERVER_HELLO and ALERT the record begins at hello_at:
 * the bytes of `before`, then the view from max(hello_at, d->at) on. After RECORDS, resync->found
 * has the headers. After SSLV2_HELLO the message with its header is in kept->sslv2.
 */
enum search_found search_feed(struct search *s, const struct flow_data *d);
/* Bytes are missing at this point. A hello that was cut here counts when its record and handshake
 * headers agree: found as above, in `before` alone. */
enum search_found search_gap(struct search *s, uint64_t at, uint64_t len);

#endif
