/*
 * resync.h - finds TLS record headers again: after a hole, or in a capture that began in the
 * middle. Used by framing.c and tls_stream.c. Three plausible headers in a row, each where the one
 * before says, of one protocol version; fewer would fit too much that is not TLS.
 */
#ifndef ANALYZER_TLS_RESYNC_H
#define ANALYZER_TLS_RESYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/packet/flow.h"
#include "dissectors/tls/record.h"
#include "dissectors/wire/bytes.h"

enum { RESYNC_HEADERS = 3 };

struct resync_header {
	uint64_t at;
	struct tls_record_header header;
	struct flow_mark mark; /* of the segment that held the header */
};

/* found[0 .. count-1] are the headers in a row so far; most streams never have any. */
struct resync {
	unsigned count;
	unsigned part_len; /* bytes of a header that straddles two views */
	uint64_t next;     /* offset of the header expected next, when count > 0 */
	uint8_t part[TLS_RECORD_HEADER_LEN];
	struct resync_header found[RESYNC_HEADERS];
};

void resync_init(struct resync *r);
/* Look at the next view of the stream. True once three headers are found; then found[2].at, which
 * lies in this view or ended with it, is where reading can go on. */
bool resync_feed(struct resync *r, const struct flow_data *d);
/* A hole: what was counted before it is void, unless the hole lies inside a record's body. */
void resync_gap(struct resync *r, uint64_t at, uint64_t len);

#endif
