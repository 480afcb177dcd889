/*
 * generate.c - clones real TLS sessions into one large capture, always the same for the same seed.
 * For run.py: templates are the samples' TCP connections; each clone gets its own addresses, ports,
 * sequence numbers and times. About ALIVE of them are open at any moment, a few frames at a time.
 *
 * usage: generate OUT.pcap SESSIONS BULK_BYTES SEED TEMPLATE...
 * BULK_BYTES of application data are added to each session that has some (0: none).
 */
#include "tests/bench/frame.h"
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ALIVE = 2000,
	BURST_MAX = 4,        /* frames of one flow in a row */
	STEP_MAX_NS = 100000, /* between two frames of the file: a session lasts about a second */
	SEGMENT = 1448,       /* of the bulk: MTU 1500 less IPv4, TCP and timestamps */
	RECORD = 16384 + 24,  /* body of a full AES-GCM record of TLS 1.2 */
	RECORD_HEADER = 5,
	SEGMENTS_PER_ACK = 2,
	SESSIONS_MAX = 256,
	FRAMES_MAX = 256,
	SERVERS = 200,
};

/* A connection of a template capture. bulk_after: index of the server's first frame of application
 * data; the bulk goes behind it. 0: there is none. */
struct session {
	struct frame frame[FRAMES_MAX];
	size_t count, bulk_after;
};

/* A clone on its way out. */
struct flow {
	const struct session *session; /* NULL: free */
	uint32_t id;
	size_t next;                     /* frame of the session */
	size_t bulk_at, bulk_len;        /* of the bulk's bytes, those sent */
	unsigned unacked;                /* bulk segments since the client's last ack */
	uint32_t shift[2], bulk_base[2]; /* [server, client]: to sequence numbers; of the bulk */
};

struct generator {
	struct session *session;
	size_t n_sessions;
	struct flow *flow;
	uint8_t *bulk; /* records one after another, the same for all flows */
	size_t bulk_len;
	uint64_t random;
	uint64_t now_ns;
	uint32_t started, wanted;
	pcap_dumper_t *out;
};

/* xorshift64*: reproducible everywhere. */
static uint32_t
draw(struct generator *g)
{
	g->random ^= g->random >> 12;
	g->random ^= g->random << 25;
	g->random ^= g->random >> 27;
	return (uint32_t)(g->random * 0x2545f4914f6cdd1dULL >> 32);
}

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "generate: %s: %s\n", what, why);
	exit(1);
}

static void *
allocate(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size);

	if (p == NULL)
		fail("memory", "none left");
	return p;
}

/* The session of this file that the frame belongs to; a SYN opens one. */
static struct session *
find_session(struct generator *g, size_t first, struct frame *f)
{
	for (size_t i = first; i < g->n_sessions; i++) {
		const struct frame *syn = &g->session[i].frame[0];
		f->from_client = frame_same_direction(f, syn);
		if (f->from_client || frame_opposite_direction(f, syn))
			return &g->session[i];
	}
	if (!frame_is_first_syn(f) || g->n_sessions == SESSIONS_MAX)
		return NULL;
	f->from_client = true;
	return &g->session[g->n_sessions++];
}

static void
load_template(struct generator *g, const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *in = pcap_open_offline(path, error);
	struct pcap_pkthdr *header;
	const u_char *data;
	size_t first = g->n_sessions;

	if (in == NULL)
		fail(path, error);
	while (pcap_next_ex(in, &header, &data) == 1) {
		struct frame f;
		struct session *s = NULL;
		if (header->caplen == header->len && frame_read(&f, data, header->caplen))
			s = find_session(g, first, &f);
		if (s == NULL || s->count == FRAMES_MAX)
			continue;
		if (s->bulk_after == 0 && !f.from_client && frame_is_application_data(&f))
			s->bulk_after = s->count;
		s->frame[s->count++] = f;
	}
	pcap_close(in);
}

/* For a bulk only sessions that can carry one are of use. */
static void
keep_bulk_sessions(struct generator *g)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->n_sessions; i++)
		if (g->session[i].bulk_after != 0)
			g->session[kept++] = g->session[i];
	g->n_sessions = kept;
}

static void
make_bulk(struct generator *g, size_t bytes)
{
	size_t records = (bytes + RECORD - 1) / RECORD, at = 0;

	g->bulk_len = records * (RECORD_HEADER + RECORD);
	g->bulk = allocate(g->bulk_len, 1);
	for (size_t i = 0; i < records; i++) {
		static const uint8_t header[RECORD_HEADER] = {23, 3, 3, RECORD >> 8, RECORD & 0xff};
		memcpy(g->bulk + at, header, sizeof(header));
		for (size_t n = 0; n < RECORD; n++)
			g->bulk[at + RECORD_HEADER + n] = (uint8_t)draw(g);
		at += RECORD_HEADER + RECORD;
	}
}

static void
flow_start(struct generator *g, struct flow *flow)
{
	uint32_t id = g->started++;

	*flow = (struct flow){
	    .session = &g->session[draw(g) % g->n_sessions],
	    .id = id,
	    .bulk_len = g->bulk_len,
	    .shift = {draw(g), draw(g)},
	};
}

static void
write_frame(struct generator *g, const struct flow *flow, struct frame *f)
{
	struct frame_identity who = {
	    .client = flow->id,
	    .server = flow->id % SERVERS,
	    .client_port = (uint16_t)(1024 + flow->id * 7919u % 60000u),
	};
	struct pcap_pkthdr header = {.caplen = f->len, .len = f->len};

	frame_readdress(f, &who);
	frame_checksum(f);
	g->now_ns += 1 + draw(g) % STEP_MAX_NS;
	header.ts.tv_sec = (time_t)(1700000000 + g->now_ns / 1000000000);
	header.ts.tv_usec =
	    (suseconds_t)(g->now_ns % 1000000000); /* nanoseconds, as the file says */
	pcap_dump((u_char *)g->out, &header, f->data);
}

/* The next frame of the template. After the bulk the server's numbers, and the client's acks of
 * them, are further by its length. */
static void
send_template_frame(struct generator *g, struct flow *flow)
{
	struct frame f = flow->session->frame[flow->next++];
	uint32_t seq = flow->shift[f.from_client], ack = flow->shift[!f.from_client];

	if (f.from_client)
		ack += (uint32_t)flow->bulk_at;
	else
		seq += (uint32_t)flow->bulk_at;
	frame_renumber(&f, seq, ack);
	write_frame(g, flow, &f);
}

static void
send_bulk_segment(struct generator *g, struct flow *flow)
{
	const struct frame *model = &flow->session->frame[flow->session->bulk_after];
	size_t left = flow->bulk_len - flow->bulk_at, len = left < SEGMENT ? left : SEGMENT;
	uint32_t at = (uint32_t)flow->bulk_at;
	struct frame f;

	frame_with_payload(&f, model, g->bulk + flow->bulk_at, (uint32_t)len);
	frame_renumber(&f, flow->shift[0] + model->payload_len + at, flow->shift[1]);
	write_frame(g, flow, &f);
	flow->bulk_at += len;
	if (++flow->unacked < SEGMENTS_PER_ACK && flow->bulk_at < flow->bulk_len)
		return;
	flow->unacked = 0;
	frame_ack_of(&f, model);
	frame_renumber(&f, flow->shift[1],
		       flow->shift[0] + model->payload_len + (uint32_t)flow->bulk_at);
	write_frame(g, flow, &f);
}

/* One step of the flow; false when it has none left. */
static bool
flow_step(struct generator *g, struct flow *flow)
{
	const struct session *s = flow->session;
	bool in_bulk = s->bulk_after != 0 && flow->next == s->bulk_after + 1;

	if (in_bulk && flow->bulk_at < flow->bulk_len)
		send_bulk_segment(g, flow);
	else
		send_template_frame(g, flow);
	return flow->next < s->count;
}

static void
generate(struct generator *g)
{
	size_t alive = 0;

	for (; alive < ALIVE && g->started < g->wanted; alive++)
		flow_start(g, &g->flow[alive]);
	while (alive > 0) {
		struct flow *flow = &g->flow[draw(g) % alive];
		bool more = true;
		for (uint32_t n = 1 + draw(g) % BURST_MAX; more && n > 0; n--)
			more = flow_step(g, flow);
		if (more)
			continue;
		if (g->started < g->wanted)
			flow_start(g, flow);
		else
			*flow = g->flow[--alive];
	}
}

int
main(int argc, char **argv)
{
	struct generator g = {0};
	pcap_t *link =
	    pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 65535, PCAP_TSTAMP_PRECISION_NANO);

	if (argc < 6)
		fail("usage", "generate OUT.pcap SESSIONS BULK_BYTES SEED TEMPLATE...");
	g.wanted = (uint32_t)strtoul(argv[2], NULL, 10);
	g.random = strtoull(argv[4], NULL, 10) | 1;
	g.session = allocate(SESSIONS_MAX, sizeof(*g.session));
	g.flow = allocate(ALIVE, sizeof(*g.flow));
	for (int i = 5; i < argc; i++)
		load_template(&g, argv[i]);
	make_bulk(&g, strtoul(argv[3], NULL, 10));
	if (g.bulk_len > 0)
		keep_bulk_sessions(&g);
	if (g.n_sessions == 0)
		fail("templates", "no TCP connection in them that begins with a SYN");
	g.out = pcap_dump_open(link, argv[1]);
	if (g.out == NULL)
		fail(argv[1], pcap_geterr(link));
	generate(&g);
	if (pcap_dump_flush(g.out) != 0)
		fail(argv[1], "cannot be written");
	pcap_dump_close(g.out);
	pcap_close(link);
	free(g.bulk);
	free(g.flow);
	free(g.session);
	return 0;
}
