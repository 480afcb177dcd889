/*
 * capture_pcap.h - classic pcap files, capture filters and link type names: all that needs libpcap.
 * Below source.c. The only file of the project behind which <pcap.h> is included.
 * draft-ietf-opsawg-pcap; registry of LINKTYPE_ values: tcpdump.org/linktypes.html.
 */
#ifndef ANALYZER_INPUT_CAPTURE_PCAP_H
#define ANALYZER_INPUT_CAPTURE_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/input/packet.h"
#include "analyzer/input/problem.h"
#include "analyzer/input/reader.h"
#include "analyzer/input/source.h"

/* The part of a file header that says how records look. */
enum { CAPTURE_PCAP_HEADER = 24 };

struct capture_pcap;

/* Reads the file header from r; r and problem must outlive it. NULL with one line in why. */
struct capture_pcap *capture_pcap_create(struct reader *r, struct problem *problem, char *why,
					 size_t why_size);
void capture_pcap_destroy(struct capture_pcap *c);
/* SOURCE_PACKET, SOURCE_END or SOURCE_FAULT. packet.frame counts from 1. */
enum source_event capture_pcap_next(struct capture_pcap *c, struct packet *out);
/* The next packets, at most `max`, as long as they are usual and buffered; they borrow until the
 * next call. 0: the next record is capture_pcap_next's. */
size_t capture_pcap_batch(struct capture_pcap *c, struct packet *out, size_t max);
uint32_t capture_pcap_link_type(const struct capture_pcap *c);
uint32_t capture_pcap_snaplen(const struct capture_pcap *c);

/* A LINKTYPE_ value as found in a file, made one of the registry: some systems write their own
 * DLT_ number (12 or 14 for raw IP, registered as 101). */
uint32_t capture_link_type(uint32_t found);
/* "EN10MB", or "LINKTYPE_<n>" into buf when libpcap has no name. */
const char *capture_link_type_name(uint32_t link_type, char buf[static 24]);

/* --filter: a BPF expression, compiled when a link type is first met; for packets of any format. */
struct capture_filter;

/* NULL with one line in why when the expression is not valid for any usual link type. */
struct capture_filter *capture_filter_create(const char *expression, char *why, size_t why_size);
void capture_filter_destroy(struct capture_filter *f);
/* False also where the expression has no meaning for the packet's link type, see
 * capture_filter_problem. */
bool capture_filter_match(struct capture_filter *f, const struct packet *p);
/* One line when packets were left out because the expression means nothing on their link type, or
 * NULL. */
const char *capture_filter_problem(const struct capture_filter *f);
/* A sentence for users when the expression looks at addresses or ports, which BPF finds only in the
 * outermost headers; NULL when it does not. */
const char *capture_filter_note(const struct capture_filter *f);

#endif
