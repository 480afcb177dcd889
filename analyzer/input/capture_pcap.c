/*
 * capture_pcap.c - classic pcap files, capture filters and link type names, through libpcap.
 * Between reader.c (bytes, by way of a FILE whose reads are ours) and source.c. The only file that
 * includes <pcap.h>. draft-ietf-opsawg-pcap; pcap-savefile(5), pcap-filter(7).
 */
#include "analyzer/input/capture_pcap.h"

#include <inttypes.h>
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/input/filter_words.h"
#include "analyzer/input/pcap_records.h"
#include "dissectors/wire/cursor.h"

enum {
	CAPLEN_MAX = 262144, /* libpcap takes no longer packets of usual link types */
};

static const uint32_t MAGIC_MICRO = 0xa1b2c3d4;
static const uint32_t MAGIC_NANO = 0xa1b23c4d;

struct capture_pcap {
	struct reader *reader;
	struct problem *problem;
	FILE *file; /* owned by pcap */
	pcap_t *pcap;
	uint32_t version; /* in the file's byte order, like the magic */
	uint32_t snaplen;
	uint64_t at; /* where the record begins that libpcap reads */
	struct pcap_records records;
	bool plain; /* records may be taken as they stand */
};

static ssize_t
cookie_read(void *cookie, char *to, size_t n)
{
	return reader_read(cookie, to, n);
}

/* The fields of the file header that libpcap does not tell. False: not a whole header. */
static bool
read_header(struct capture_pcap *c, struct bytes in)
{
	struct cursor h = cursor_init(in, 0);
	bool big = cursor_u8(&h, "Magic Number") == 0xa1;
	h = cursor_init(in, 0);
	uint32_t (*u32)(struct cursor *, const char *) = big ? cursor_u32 : cursor_u32le;
	c->records.magic = u32(&h, "Magic Number");
	c->version = u32(&h, "Major Version, Minor Version");
	cursor_skip(&h, 8, "Reserved1, Reserved2");
	c->snaplen = u32(&h, "SnapLen");
	/* The upper half tells of the frame check sequence. */
	c->records.link_type =
	    capture_link_type(u32(&h, "LinkType and additional information") & 0xffff);
	c->records.tick_ns = c->records.magic == MAGIC_NANO ? 1 : 1000;
	return cursor_ok(&h);
}

/* Unbuffered, so that the reader always stands where libpcap does; the reader has the buffer. */
static bool
open_pcap(struct capture_pcap *c, char *why, size_t why_size)
{
	char error[PCAP_ERRBUF_SIZE] = "out of memory";
	cookie_io_functions_t io = {.read = cookie_read};
	c->file = fopencookie(c->reader, "r", io);
	if (c->file != NULL) {
		setvbuf(c->file, NULL, _IONBF, 0);
		c->pcap = pcap_fopen_offline_with_tstamp_precision(
		    c->file, PCAP_TSTAMP_PRECISION_NANO, error);
		if (c->pcap == NULL)
			fclose(c->file);
	}
	if (c->pcap == NULL)
		snprintf(why, why_size, "damaged capture: %s", error);
	return c->pcap != NULL;
}

/* Does libpcap change nothing in this file's records? That is: they are in our byte order, of a
 * version whose lengths are never swapped and of a link type without fields in host byte order. */
static bool
plain_records(const struct capture_pcap *c)
{
	if (pcap_is_swapped(c->pcap) ||
	    (c->records.magic != MAGIC_MICRO && c->records.magic != MAGIC_NANO) ||
	    pcap_major_version(c->pcap) != 2 || pcap_minor_version(c->pcap) < 4)
		return false;
	switch (pcap_datalink(c->pcap)) {
	case DLT_EN10MB:
	case DLT_RAW:
	case DLT_NULL:
	case DLT_LOOP:
	case DLT_LINUX_SLL2:
		return true;
	}
	return false;
}

struct capture_pcap *
capture_pcap_create(struct reader *r, struct problem *problem, char *why, size_t why_size)
{
	struct capture_pcap *c = calloc(1, sizeof *c);
	if (c == NULL) {
		snprintf(why, why_size, "out of memory");
		return NULL;
	}
	c->reader = r;
	c->problem = problem;
	struct bytes header = reader_peek(r, CAPTURE_PCAP_HEADER);
	if (!read_header(c, header)) {
		snprintf(why, why_size, "ends inside its file header (byte %zu)", header.len);
		free(c);
		return NULL;
	}
	if (!open_pcap(c, why, why_size)) {
		free(c);
		return NULL;
	}
	if (plain_records(c)) {
		uint32_t cut = (uint32_t)pcap_snapshot(c->pcap);
		c->records.cut = cut < CAPLEN_MAX ? cut : CAPLEN_MAX;
		c->plain = true;
	}
	return c;
}

void
capture_pcap_destroy(struct capture_pcap *c)
{
	if (c == NULL)
		return;
	pcap_close(c->pcap);
	free(c);
}

/* libpcap reads both words as signed and scales the second; they are unsigned, and nothing keeps
 * the second below a second. */
static int64_t
time_ns(const struct capture_pcap *c, const struct timeval *ts)
{
	int64_t seconds = (uint32_t)ts->tv_sec;
	int64_t ticks = (uint32_t)(ts->tv_usec / c->records.tick_ns);
	return seconds * 1000000000 + ticks * c->records.tick_ns;
}

/* The header of another capture, read as a record: its magic and version as the time, two zero
 * words as lengths. */
static bool
is_file_header(const struct capture_pcap *c, const struct pcap_pkthdr *h)
{
	return (uint32_t)h->ts.tv_sec == c->records.magic &&
	       (uint32_t)(h->ts.tv_usec / c->records.tick_ns) == c->version && h->caplen == 0 &&
	       h->len == 0;
}

static enum source_event
broken(struct capture_pcap *c)
{
	const char *error = pcap_geterr(c->pcap);
	if (reader_error(c->reader) != 0) {
		problem_add(c->problem, "read error at byte %" PRIu64 ": %s",
			    reader_size(c->reader), strerror(reader_error(c->reader)));
		return SOURCE_FAULT;
	}
	if (strncmp(error, "truncated", strlen("truncated")) == 0)
		problem_add(c->problem, "ends inside packet %" PRIu64 " (byte %" PRIu64 ")",
			    c->records.frame + 1, c->at);
	else
		problem_add(c->problem, "broken at packet %" PRIu64 " (byte %" PRIu64 "): %s",
			    c->records.frame + 1, c->at, error);
	return SOURCE_END;
}

size_t
capture_pcap_batch(struct capture_pcap *c, struct packet *out, size_t max)
{
	return c->plain ? pcap_records_take(&c->records, c->reader, out, max) : 0;
}

enum source_event
capture_pcap_next(struct capture_pcap *c, struct packet *out)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	c->at = reader_at(c->reader);
	int rc = pcap_next_ex(c->pcap, &h, &data);
	if (rc == PCAP_ERROR_BREAK)
		return SOURCE_END;
	if (rc != 1)
		return broken(c);
	if (is_file_header(c, h)) {
		problem_add(c->problem,
			    "another capture is appended at byte %" PRIu64 "; it was not read",
			    c->at);
		return SOURCE_END;
	}
	*out = (struct packet){
	    .frame = ++c->records.frame,
	    .time_ns = time_ns(c, &h->ts),
	    .link_type = c->records.link_type,
	    .data = bytes_of(data, h->caplen),
	    .len = h->len,
	    .file_at = c->at,
	};
	return SOURCE_PACKET;
}

uint32_t
capture_pcap_link_type(const struct capture_pcap *c)
{
	return c->records.link_type;
}

uint32_t
capture_pcap_snaplen(const struct capture_pcap *c)
{
	return c->snaplen;
}

uint32_t
capture_link_type(uint32_t found)
{
	switch (found) {
#define LINK_TYPE(type, dlt)
#define LINK_ALIAS(found, type) \
	case found:             \
		return type;
#include "analyzer/input/link_types.def"
	}
	return found;
}

static int
dlt_of(uint32_t link_type)
{
	switch (link_type) {
#define LINK_TYPE(type, dlt) \
	case type:           \
		return dlt;
#define LINK_ALIAS(found, type)
#include "analyzer/input/link_types.def"
	}
	return (int)link_type;
}

const char *
capture_link_type_name(uint32_t link_type, char buf[static 24])
{
	const char *name = pcap_datalink_val_to_name(dlt_of(link_type));
	if (name != NULL)
		return name;
	snprintf(buf, 24, "LINKTYPE_%" PRIu32, link_type);
	return buf;
}

enum { FILTER_LINK_TYPES_MAX = 32 }; /* more in one run are left out and recorded */

struct program {
	uint32_t link_type;
	bool valid;
	struct bpf_program bpf;
};

struct capture_filter {
	char *expression;
	struct program programs[FILTER_LINK_TYPES_MAX];
	size_t count;
	const struct program *last; /* packets of one type come in a row */
	char problem[PCAP_ERRBUF_SIZE + 64];
};

static bool
compile(const char *expression, int dlt, struct bpf_program *out, char *why, size_t why_size)
{
	enum { SNAPLEN = 262144 }; /* MAXIMUM_SNAPLEN of libpcap */
	pcap_t *p = pcap_open_dead(dlt, SNAPLEN);
	if (p == NULL) {
		snprintf(why, why_size, "out of memory");
		return false;
	}
	bool ok = pcap_compile(p, out, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!ok)
		snprintf(why, why_size, "%s", pcap_geterr(p));
	pcap_close(p);
	return ok;
}

/* One line for users: libpcap's words, and ours where it only says "syntax error". */
static void
explain(const char *expression, const char *error, char *why, size_t size)
{
	static const char prefix[] = "can't parse filter expression: ";
	char shown[120], word[40];
	if (strncmp(error, prefix, sizeof prefix - 1) == 0)
		error += sizeof prefix - 1;
	problem_escape(expression, strlen(expression), shown, sizeof shown);
	if (filter_words_unknown(expression, word, sizeof word))
		snprintf(why, size, "%s in \"%s\" near \"%s\"", error, shown, word);
	else
		snprintf(why, size, "%s in \"%s\"", error, shown);
}

struct capture_filter *
capture_filter_create(const char *expression, char *why, size_t why_size)
{
	/* Some words exist on some link types only; the first one's error is the one to show. */
	static const int usual[] = {DLT_EN10MB,           DLT_LINUX_SLL2, DLT_RAW,
				    DLT_IEEE802_11_RADIO, DLT_NULL,       DLT_PFLOG};
	char errors[2][PCAP_ERRBUF_SIZE];
	struct bpf_program bpf;
	bool valid = false;
	for (size_t i = 0; i < sizeof usual / sizeof usual[0] && !valid; i++) {
		valid = compile(expression, usual[i], &bpf, errors[i > 0], PCAP_ERRBUF_SIZE);
		if (valid)
			pcap_freecode(&bpf);
	}
	if (!valid) {
		explain(expression, errors[0], why, why_size);
		return NULL;
	}
	struct capture_filter *f = calloc(1, sizeof *f);
	if (f != NULL && (f->expression = strdup(expression)) != NULL)
		return f;
	free(f);
	snprintf(why, why_size, "out of memory");
	return NULL;
}

void
capture_filter_destroy(struct capture_filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++)
		if (f->programs[i].valid)
			pcap_freecode(&f->programs[i].bpf);
	free(f->expression);
	free(f);
}

static void
note_problem(struct capture_filter *f, uint32_t link_type, const char *error)
{
	char name[24];
	if (f->problem[0] == '\0')
		snprintf(f->problem, sizeof f->problem, "packets of link type %s left out: %s",
			 capture_link_type_name(link_type, name), error);
}

static const struct program *
program_for(struct capture_filter *f, uint32_t link_type)
{
	char error[PCAP_ERRBUF_SIZE];
	for (size_t i = 0; i < f->count; i++)
		if (f->programs[i].link_type == link_type)
			return &f->programs[i];
	if (f->count == FILTER_LINK_TYPES_MAX) {
		note_problem(f, link_type, "too many link types for one filter");
		return NULL;
	}
	struct program *p = &f->programs[f->count++];
	p->link_type = link_type;
	p->valid = compile(f->expression, dlt_of(link_type), &p->bpf, error, sizeof error);
	if (!p->valid)
		note_problem(f, link_type, error);
	return p;
}

bool
capture_filter_match(struct capture_filter *f, const struct packet *p)
{
	if (f->last == NULL || f->last->link_type != p->link_type)
		f->last = program_for(f, p->link_type);
	if (f->last == NULL || !f->last->valid)
		return false;
	struct pcap_pkthdr h = {.caplen = (bpf_u_int32)p->data.len, .len = p->len};
	return pcap_offline_filter(&f->last->bpf, &h, p->data.data) != 0;
}

const char *
capture_filter_problem(const struct capture_filter *f)
{
	return f->problem[0] != '\0' ? f->problem : NULL;
}

const char *
capture_filter_note(const struct capture_filter *f)
{
	if (!filter_words_outermost(f->expression))
		return NULL;
	return "a filter on addresses or ports sees the outermost headers only: packets inside "
	       "VLAN "
	       "tags or tunnels, and later IP fragments, do not match it";
}
