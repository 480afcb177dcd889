/*
 * compare_match.h - which sessions of two points are the same call, one to one.
 * Before compare.h in `mtlscope compare`. By the client's random where TLS passes through; the
 * clocks' offset is the median of such pairs. The rest by addresses and ports, by the name asked
 * for, by time alone, each within what the clocks allow; the same bytes of application data count
 * for more than a near time. Deterministic, n log n.
 */
#ifndef ANALYZER_VERDICT_COMPARE_MATCH_H
#define ANALYZER_VERDICT_COMPARE_MATCH_H

#include "analyzer/verdict/compare.h"

/* Without a pair to measure it by, the clocks are taken to be equal within the tolerance. A proxy
 * may take its time before it calls on. */
#define COMPARE_ORDER_NS     INT64_C(10000)         /* two captures of one packet differ by less */
#define COMPARE_SKEW_MAX_NS  INT64_C(3600000000000) /* of clocks that are kept at all */
#define COMPARE_SLACK_NS     INT64_C(100000000)
#define COMPARE_TOLERANCE_NS INT64_C(2000000000)
#define COMPARE_WINDOW_NS    INT64_C(10000000000)

struct compare_point {
	const struct compare_session *sessions;
	size_t count;
	int64_t first_ns, last_ns; /* of its captures */
};

struct compare_match {
	struct compare_pairing
	    *pairs; /* near's sessions in order of time, then far's that are left */
	size_t count;
	int64_t offset_ns;  /* far's clock minus near's */
	size_t measured_by; /* pairs; 0: assumed */
	/* Pairs of one handshake in which the server's answer came later, or sooner, at near. */
	size_t in_order, swapped;
};

/* False: memory is short. Finish in any case. */
bool compare_match(struct compare_match *m, const struct compare_point *near,
		   const struct compare_point *far);
void compare_match_finish(struct compare_match *m);

#endif
