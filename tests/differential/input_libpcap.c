/*
 * input_libpcap.c - our capture readers against libpcap: input_libpcap PATH...
 * Every packet libpcap delivers from a file must come from source_next too: same bytes, lengths,
 * time and link type, in the same order. Where libpcap gives up, reading on is not a difference.
 * Directories are walked; files that are no captures are skipped. Prints TAP, one line per file
 * that differs and a summary. $MTLSCOPE_CAPTURES may name one more directory. A few hundred
 * generated files come first.
 */
#include <inttypes.h>
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/input/inputs.h"
#include "analyzer/input/source.h"
#include "tests/unit/capture_build.h"

struct counts {
	unsigned long equal, further, unopened, skipped, different, packets;
};

/* libpcap's link type as the registry has it, for the few that differ. */
static uint32_t
registered(int dlt)
{
	return dlt == DLT_RAW           ? 101
	       : dlt == 14              ? 101
	       : dlt == DLT_ATM_RFC1483 ? 100
					: (uint32_t)dlt;
}

static const char *
compare_packet(const struct pcap_pkthdr *h, const u_char *data, int dlt, const struct packet *p)
{
	/* libpcap leaves the fraction above a second, reads the words of a classic file as signed,
	 * gives seconds that no int64_t of nanoseconds holds, and adds an interface's offset to
	 * simple packets, which have no time. */
	bool plain_time = h->ts.tv_sec >= 0 && h->ts.tv_sec < 9000000000 && h->ts.tv_usec >= 0;
	int64_t ns = plain_time ? (int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec : 0;
	if (!bytes_equal(p->data, bytes_of(data, h->caplen)))
		return "bytes";
	if (p->len != h->len)
		return "length";
	if (plain_time && p->time_ns != 0 && p->time_ns != ns)
		return "time";
	if (p->link_type != registered(dlt))
		return "link type";
	return NULL;
}

/* NULL when all packets of libpcap are ours too. */
static const char *
compare(pcap_t *pcap, struct source *s, struct counts *n)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	struct packet p;
	struct secret secret;
	enum source_event e;
	int rc;
	while ((rc = pcap_next_ex(pcap, &h, &data)) == 1) {
		while ((e = source_next(s, &p, &secret)) == SOURCE_SECRET)
			continue;
		if (e != SOURCE_PACKET)
			return "count";
		const char *what = compare_packet(h, data, pcap_datalink(pcap), &p);
		if (what != NULL)
			return what;
		n->packets++;
	}
	uint64_t more = 0;
	while ((e = source_next(s, &p, &secret)) < SOURCE_END)
		more += e == SOURCE_PACKET;
	if (rc == PCAP_ERROR_BREAK && more > 0)
		return "more packets than libpcap has";
	if (rc == PCAP_ERROR_BREAK && source_problem(s) != NULL)
		return source_problem(s);
	bool refused = strstr(pcap_geterr(pcap), "interface has a") != NULL; /* of another kind */
	if (rc == PCAP_ERROR && source_problem(s) == NULL && more == 0 && !refused)
		return pcap_geterr(pcap);
	n->equal += rc == PCAP_ERROR_BREAK || (more == 0 && !refused);
	n->further += rc == PCAP_ERROR && (more > 0 || refused);
	return NULL;
}

static void
compare_file(const char *path, struct counts *n)
{
	char error[PCAP_ERRBUF_SIZE];
	struct source_why why;
	struct source *s = source_open(path, &why);
	pcap_t *pcap =
	    pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);
	if (s != NULL && pcap != NULL) {
		const char *what = compare(pcap, s, n);
		if (what != NULL) {
			printf("# %s: after %lu packets: %s\n", path, n->packets, what);
			n->different++;
		}
	} else if (s != NULL) {
		n->unopened++;
	} else if (pcap != NULL) {
		printf("# %s: only libpcap opens it: %s\n", path, why.text);
		n->different++;
	} else {
		n->skipped++;
	}
	if (pcap != NULL)
		pcap_close(pcap);
	source_close(s);
}

static uint32_t
draw(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % below;
}

static void
generate_classic(struct build *b, uint32_t *seed)
{
	static const uint32_t magics[] = {0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34};
	static const uint32_t link_types[] = {1, 101, 113, 276, 12, 105};
	uint32_t kind = draw(seed, 3), snaplen = draw(seed, 2) ? 65535 : 40 + draw(seed, 100);
	pcap_header(b, magics[kind], snaplen, link_types[draw(seed, 6)]);
	for (uint32_t n = draw(seed, 40); n > 0; n--) {
		uint32_t len = draw(seed, 300);
		pcap_record(b, draw(seed, UINT32_MAX), draw(seed, 1000000), len,
			    len + draw(seed, 9), 1, kind == 2 ? 8 : 0);
	}
}

static void
generate_interface(struct build *b, uint32_t *seed)
{
	static const uint8_t resolutions[] = {0, 3, 6, 9, 12, 0x80 | 10, 0x80 | 20, 0x80 | 33};
	block_begin(b, 1);
	put16(b, 113);
	put16(b, 0);
	put32(b, 400);
	if (draw(seed, 2))
		option(b, 2, "eth-something", (uint16_t)draw(seed, 14));
	if (draw(seed, 3))
		option(b, 9, &resolutions[draw(seed, 8)], 1);
	if (draw(seed, 2)) {
		put16(b, 14);
		put16(b, 8);
		put_number(b, draw(seed, 2000000), 8);
	}
	if (draw(seed, 2))
		option(b, 0, "", 0);
	block_end(b);
}

/* What libpcap reads too: sections of one byte order, interfaces of one kind. */
static void
generate_pcapng(struct build *b, uint32_t *seed)
{
	uint32_t interfaces = 0;
	for (uint32_t n = 1 + draw(seed, 60); n > 0; n--) {
		uint32_t kind = interfaces == 0 ? draw(seed, 2) : draw(seed, 12);
		uint32_t len = draw(seed, 400);
		if (b->len == 0 || (kind == 0 && draw(seed, 3) == 0)) {
			section(b, 1);
			interfaces = 0;
		}
		if (kind < 2 || interfaces == 0) {
			generate_interface(b, seed);
			interfaces++;
		} else if (kind < 4) {
			block_begin(b, kind == 2 ? 0xbad : 5);
			put_payload(b, 0, len);
			block_end(b);
		} else if (kind == 4) {
			secrets(b, "CLIENT_RANDOM");
		} else if (kind == 5) {
			block_begin(b, 3);
			put32(b, len);
			put_payload(b, 1, len);
			block_end(b);
		} else {
			enhanced(b, draw(seed, interfaces), (uint64_t)draw(seed, 400000) << 32, len,
				 len + draw(seed, 9), 1);
		}
	}
}

/* The packets `times` times; cut somewhere in the last ones. */
static bool
write_generated(const char *path, const struct build *b, size_t header, uint32_t times, size_t len)
{
	FILE *f = fopen(path, "wb");
	if (f == NULL)
		return false;
	bool ok = times == 1 || fwrite(b->data, 1, b->len, f) == b->len;
	for (uint32_t i = 2; ok && i < times; i++)
		ok = fwrite(b->data + header, 1, b->len - header, f) == b->len - header;
	size_t from = times > 1 ? header : 0;
	ok = ok && fwrite(b->data + from, 1, len - from, f) == len - from;
	return fclose(f) == 0 && ok;
}

/* Both kinds and orders, every third file cut somewhere, some so large that they are mapped. */
static bool
compare_generated(struct counts *n)
{
	enum { FILES = 600, LARGE = 3 << 20 };
	static const char path[] = "input_libpcap.generated";
	for (uint32_t i = 0; i < FILES; i++) {
		struct build b = {.big = i / 2 % 2 == 1};
		uint32_t seed = i;
		if (i % 2 == 0)
			generate_classic(&b, &seed);
		else
			generate_pcapng(&b, &seed);
		size_t len = i % 3 == 0 ? 24 + draw(&seed, (uint32_t)b.len - 23) : b.len;
		size_t header = i % 2 == 0 ? 24 : 0; /* pcapng: a section may follow */
		bool large = i % 50 < 2 && b.len > 24;
		uint32_t times = large ? 2 + LARGE / (uint32_t)b.len : 1;
		if (!write_generated(path, &b, header, times, len))
			return false;
		unsigned long different = n->different;
		compare_file(path, n);
		if (n->different != different)
			printf("# that was generated file %u\n", (unsigned)i);
	}
	return unlink(path) == 0;
}

int
main(int argc, char **argv)
{
	struct counts n = {.equal = 0};
	struct inputs *in = inputs_create();
	const char *more = getenv("MTLSCOPE_CAPTURES");
	bool ok = in != NULL && compare_generated(&n);
	for (int i = 1; i < argc; i++)
		ok = ok && inputs_add(in, argv[i]);
	if (more != NULL)
		ok = ok && access(more, R_OK) == 0 && inputs_add(in, more);
	for (size_t i = 0; ok && i < inputs_count(in); i++)
		compare_file(inputs_get(in, i).path, &n);
	printf("# %lu files equal in all of %lu packets, %lu read further than libpcap, %lu opened "
	       "only by "
	       "us, %lu no captures\n",
	       n.equal, n.packets, n.further, n.unopened, n.skipped);
	printf("1..1\n%s 1 - every packet of libpcap is ours\n",
	       ok && n.different == 0 && n.equal > 0 ? "ok" : "not ok");
	inputs_destroy(in);
	return 0;
}
