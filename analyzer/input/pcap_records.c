/*
 * pcap_records.c - record headers of a classic capture in our own byte order.
 * See pcap_records.h. libpcap copies every packet, twice with its FILE; here nothing is copied.
 * draft-ietf-opsawg-pcap section 5.
 */
#include "analyzer/input/pcap_records.h"

#include <string.h>

#include "analyzer/blocks.h"

struct record_header {
	uint32_t seconds, ticks, captured, original;
};

enum {
	RECORD_HEADER = sizeof(struct record_header),
	SHORT = 512,  /* bytes of a record; of longer ones most is skipped */
	AHEAD = 1024, /* bytes */
};

/* Only a record tells where the next one begins: each would wait for memory once more, since what
 * was hashed lies too far back to be near. `in` begins with a record of so many bytes. */
static inline void
fetch_ahead(struct bytes in, size_t whole)
{
	if (whole <= SHORT && in.len >= AHEAD + SHORT)
		blocks_fetch(in.data + AHEAD, whole);
}

/* Bytes of the usual record that `in` begins with; 0 when it is not usual, or in.len < a header. */
static size_t
usual(const struct pcap_records *p, struct bytes in, struct record_header *h)
{
	if (in.len < RECORD_HEADER)
		return 0;
	memcpy(h, in.data, RECORD_HEADER);
	if (h->captured > p->cut || (h->captured == 0 && h->seconds == p->magic))
		return 0;
	return RECORD_HEADER + (size_t)h->captured;
}

static void
packet_of(struct pcap_records *p, const struct record_header *h, const uint8_t *record,
	  uint64_t file_at, struct packet *out)
{
	*out = (struct packet){
	    .frame = ++p->frame,
	    .time_ns = (int64_t)h->seconds * 1000000000 + (int64_t)h->ticks * p->tick_ns,
	    .link_type = p->link_type,
	    .data = bytes_of(record + RECORD_HEADER, h->captured),
	    .len = h->original,
	    .file_at = file_at,
	};
}

size_t
pcap_records_take(struct pcap_records *p, struct reader *r, struct packet *out, size_t max)
{
	uint64_t file_at = reader_at(r);
	struct bytes in = reader_peek(r, RECORD_HEADER);
	struct record_header h;
	size_t n = 0, taken = 0, whole = usual(p, in, &h);

	if (whole > in.len)
		in = reader_peek(r, whole);
	while (n < max && whole > 0 && whole <= in.len) {
		fetch_ahead(in, whole);
		packet_of(p, &h, in.data, file_at + taken, &out[n++]);
		bytes_take(&in, whole);
		taken += whole;
		whole = usual(p, in, &h);
	}
	reader_take(r, taken);
	return n;
}
