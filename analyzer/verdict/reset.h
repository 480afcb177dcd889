/*
 * reset.h - who made a RST: its TTL and IP-ID held against its sender's other packets.
 * Used by ending.c, infer_source.c and fact_rows.c. A middlebox that cuts a connection sends a RST
 * in each end's name, and rarely gets both fields right.
 *
 * Linux 6 (measured): a RST of a living socket carries the next IP-ID, one for a socket that is
 * gone carries 0, both the usual TTL. Older systems have a counter of its own for the latter. So an
 * IP-ID of 0, or a RST behind its sender's FIN, speaks neither for nor against anybody.
 */
#ifndef ANALYZER_VERDICT_RESET_H
#define ANALYZER_VERDICT_RESET_H

#include "analyzer/tls/session.h"

enum {
	RESET_PATTERN_MIN = 4,  /* packets whose IP-IDs make a pattern */
	RESET_STEP_MAX = 128,   /* of IP-IDs that count; segment offload takes one per segment */
	RESET_AHEAD_MAX = 1024, /* a counting sender may have sent this much elsewhere */
	RESET_BEHIND_MAX = 64,  /* captured a little out of order */
	RESET_OWN_MAX = 16,     /* ahead by this little, it is surely the sender's own */
};

enum reset_fit {
	RESET_FITS,  /* or there is nothing to hold it against */
	RESET_TTL,   /* no other packet of its sender had this TTL or hop limit */
	RESET_COUNT, /* IP-IDs count up, and this one is elsewhere */
	RESET_ZERO,  /* IP-IDs are all 0, and this one is not */
};

/* Of the first RST in this side's name. */
enum reset_fit reset_fit(const struct tls_session *s, enum tls_side sender);
/* A STEP_RST of which neither it nor one in the other's name before it breaks its sender's pattern.
 * The others decide nothing. True of every other step. */
bool reset_decides(const struct tls_session *s, const struct step *step);
/* This RST was made by the stack that sent the rest: TTL and IP-ID continue its pattern, and it
 * stands right behind the last byte captured. Others may be a middlebox's and prove no absence. */
bool reset_is_own(const struct tls_session *s, const struct step *step);
/* One sentence about the first RST that does not fit its sender; NULL when there is none, or memory
 * is short. */
const char *reset_explain(struct tls_session *s);
/* Of this side's first RST: "TTL 57, others 64; IP-ID 3, others counting up". */
const char *reset_value(struct tls_session *s, enum tls_side sender);

#endif
