/*
 * capture_pcapng.h - pcapng files, read block by block.
 * Below source.c, beside capture_pcap.c: libpcap gives up on files with several link types or
 * snapshot lengths, hides secrets, and stops at the first bad block, so this reader is our own.
 * draft-ietf-opsawg-pcapng (sections named in capture_pcapng.c).
 */
#ifndef ANALYZER_INPUT_CAPTURE_PCAPNG_H
#define ANALYZER_INPUT_CAPTURE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/input/packet.h"
#include "analyzer/input/problem.h"
#include "analyzer/input/reader.h"
#include "analyzer/input/source.h"

enum { CAPTURE_PCAPNG_BLOCK_MAX = 16 << 20 }; /* a larger block is stepped over and recorded */

struct capture_pcapng;

/* NULL: out of memory. r stands at the first block; r and problem must outlive it. */
struct capture_pcapng *capture_pcapng_create(struct reader *r, struct problem *problem);
void capture_pcapng_destroy(struct capture_pcapng *c);
/* SOURCE_PACKET, SOURCE_SECRET, SOURCE_END or SOURCE_FAULT. */
enum source_event capture_pcapng_next(struct capture_pcapng *c, struct packet *packet,
				      struct secret *secret);
/* The next packets, at most `max`, as long as their blocks are usual, buffered, and nothing else
 * stands between them; they borrow until the next call. 0: the next block is capture_pcapng_next's.
 */
size_t capture_pcapng_batch(struct capture_pcapng *c, struct packet *out, size_t max);
/* See source_secrets_first. */
bool capture_pcapng_secrets(struct capture_pcapng *c, source_secret_fn fn, void *ctx);
/* Secrets that stood behind the first packet. */
uint64_t capture_pcapng_late_secrets(const struct capture_pcapng *c);
/* Interfaces described so far, over all sections. */
uint32_t capture_pcapng_interfaces(const struct capture_pcapng *c);
bool capture_pcapng_interface(const struct capture_pcapng *c, uint32_t index,
			      struct source_interface *out);

#endif
