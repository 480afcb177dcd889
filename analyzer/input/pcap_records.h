/*
 * pcap_records.h - usual records of a classic capture, where they stand in the reader's buffer.
 * Below capture_pcap.c, which asks libpcap whether a file is one whose records may be taken as they
 * stand, and gives libpcap every record that is not taken here.
 */
#ifndef ANALYZER_INPUT_PCAP_RECORDS_H
#define ANALYZER_INPUT_PCAP_RECORDS_H

#include "analyzer/input/packet.h"
#include "analyzer/input/reader.h"

/* What the file header says. Records are in our byte order. */
struct pcap_records {
	uint32_t link_type;
	uint32_t cut;   /* longer packets are libpcap's */
	uint32_t magic; /* of the file: an empty packet of this time may be another file's header */
	int64_t tick_ns;
	uint64_t frame; /* of the last packet */
};

/* Take the next records as packets, `max` at most; as many as are buffered, one at least. Packets
 * borrow until the reader is used again. 0, and nothing taken: the next record is not whole or not
 * usual, and libpcap's to judge. */
size_t pcap_records_take(struct pcap_records *p, struct reader *r, struct packet *out, size_t max);

#endif
