/*
 * rotation.h - which files are parts of one capture, cut by a ring buffer or a file size.
 * Asked by cli before anything is read; source_set.h reads the parts as one.
 *
 * Parts have names that one capturing program gives, stand in one folder, have the same link types,
 * and touch in time: each begins no sooner than ROTATION_BACK_NS before the last packet of the one
 * before it and no later than ROTATION_GAP_NS after it. Where names are numbered without a gap
 * nothing was captured in between, and on a quiet link the next packet comes late:
 * ROTATION_QUIET_NS. Names that merely look alike are not enough: "case1.pcap", "case2.pcap" are
 * never joined.
 */
#ifndef ANALYZER_INPUT_ROTATION_H
#define ANALYZER_INPUT_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROTATION_GAP_NS   INT64_C(1500000000)
#define ROTATION_QUIET_NS INT64_C(10000000000)
#define ROTATION_BACK_NS  INT64_C(100000000) /* packets of several interfaces or cores */

enum { ROTATION_KEY_MAX = 320 };

enum rotation_kind {
	ROTATION_NUMBERED, /* dumpcap -b: x_00001_20260101120000.pcapng; tcpdump -C, -W: x.pcap1 */
	ROTATION_TIMED,    /* tcpdump -G: x-20260101-1200.pcap, x.pcap.120000, x.1767268800 */
};

struct rotation_name {
	enum rotation_kind kind;
	uint64_t number;            /* of the part, or its time as digits */
	char key[ROTATION_KEY_MAX]; /* the name without it: equal for parts of one capture */
};

/* name: without folders; .gz and the like at its end do not count. False: no such name. */
bool rotation_name(const char *name, struct rotation_name *out);

/* What the rule needs of a part. */
struct rotation_extent {
	int64_t first_ns, last_ns; /* 0: no packets */
	char link_types[256];
};

/* Opens the file; of an unpacked one only its beginning and end are read. False: no capture, or
 * several. */
bool rotation_look(const char *path, struct rotation_extent *out);

/* Does b come right after a, whose capture's last packet so far was at last_ns? Keys are equal. */
bool rotation_follows(const struct rotation_name *a, const struct rotation_extent *ea,
		      int64_t last_ns, const struct rotation_name *b,
		      const struct rotation_extent *eb);

#endif
