/*
 * packet.h - what analyzer/input yields: captured packets, and secrets found inside captures.
 */
#ifndef ANALYZER_INPUT_PACKET_H
#define ANALYZER_INPUT_PACKET_H

#include <stdint.h>

#include "dissectors/wire/bytes.h"

/* One captured packet. data borrows until the next call to the source. */
struct packet {
	uint64_t frame;  /* 1-based, as Wireshark's frame.number; counts every packet of the file */
	int64_t time_ns; /* since 1970-01-01 UTC, normalised; 0 when the file has none */
	uint32_t link_type; /* LINKTYPE_ value as registered by tcpdump.org */
	uint32_t interface; /* index of the pcapng interface over all sections, 0 in classic pcap */
	struct bytes data;  /* as captured */
	uint32_t len;       /* as on the wire */
	uint64_t file_at;   /* byte offset of the record or block in the decompressed file */
};

/* TLS key log text from a pcapng Decryption Secrets Block. Borrows likewise. */
struct secret {
	uint32_t type; /* secrets type of the block, 0x544c534b for TLS key log */
	struct bytes text;
};

#endif
