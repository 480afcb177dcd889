/*
 * frame.c - reading and rewriting of the benchmark's frames; checksums are made right.
 * RFC 791 section 3.1, RFC 8200 section 3, RFC 9293 section 3.1, RFC 1071 (checksum).
 */
#include "tests/bench/frame.h"
#include <string.h>

enum {
	ETHERNET = 14,
	IPV4 = 20,
	IPV6 = 40,
	TCP = 6,
	TYPE_AT = 12,
	V4_TOTAL_LENGTH = ETHERNET + 2,
	V4_PROTOCOL = ETHERNET + 9,
	V4_CHECKSUM = ETHERNET + 10,
	V4_SOURCE = ETHERNET + 12,
	V6_PAYLOAD_LENGTH = ETHERNET + 4,
	V6_NEXT_HEADER = ETHERNET + 6,
	V6_SOURCE = ETHERNET + 8,
	/* within the TCP header */
	SEQ = 4,
	ACK = 8,
	OFFSET = 12,
	FLAGS = 13,
	CHECKSUM = 16,
	FLAG_SYN = 0x02,
	FLAG_ACK = 0x10,
	APPLICATION_DATA = 23,
};

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* Length of link and IP header together when this is plain IPv4 or IPv6 with TCP, else 0; *end is
 * where the IP packet ends (Ethernet pads). */
static uint32_t
tcp_start(const uint8_t *data, uint32_t len, uint32_t *end)
{
	if (len >= ETHERNET + IPV4 && get16(data + TYPE_AT) == 0x0800 && data[ETHERNET] == 0x45 &&
	    data[V4_PROTOCOL] == TCP) {
		*end = ETHERNET + (uint32_t)get16(data + V4_TOTAL_LENGTH);
		return ETHERNET + IPV4;
	}
	if (len >= ETHERNET + IPV6 && get16(data + TYPE_AT) == 0x86dd &&
	    data[V6_NEXT_HEADER] == TCP) {
		*end = ETHERNET + IPV6 + (uint32_t)get16(data + V6_PAYLOAD_LENGTH);
		return ETHERNET + IPV6;
	}
	return 0;
}

bool
frame_read(struct frame *f, const uint8_t *data, uint32_t len)
{
	uint32_t end = 0, at = tcp_start(data, len, &end);

	if (at == 0 || end > len || end > FRAME_MAX || at + 20 > end)
		return false;
	*f = (struct frame){.len = end, .tcp_at = at, .v6 = at == ETHERNET + IPV6};
	memcpy(f->data, data, end);
	f->payload_at = at + (uint32_t)(data[at + OFFSET] >> 4) * 4;
	if (f->payload_at > end)
		return false;
	f->payload_len = end - f->payload_at;
	return true;
}

static uint32_t
addresses_at(const struct frame *f)
{
	return f->v6 ? V6_SOURCE : V4_SOURCE;
}

static uint32_t
address_len(const struct frame *f)
{
	return f->v6 ? 16 : 4;
}

bool
frame_same_direction(const struct frame *a, const struct frame *b)
{
	uint32_t at = addresses_at(a);

	return a->v6 == b->v6 &&
	       memcmp(a->data + at, b->data + at, (size_t)address_len(a) * 2) == 0 &&
	       memcmp(a->data + a->tcp_at, b->data + b->tcp_at, 4) == 0;
}

bool
frame_opposite_direction(const struct frame *a, const struct frame *b)
{
	uint32_t at = addresses_at(a), len = address_len(a);

	return a->v6 == b->v6 && memcmp(a->data + at, b->data + at + len, len) == 0 &&
	       memcmp(a->data + at + len, b->data + at, len) == 0 &&
	       memcmp(a->data + a->tcp_at, b->data + b->tcp_at + 2, 2) == 0 &&
	       memcmp(a->data + a->tcp_at + 2, b->data + b->tcp_at, 2) == 0;
}

bool
frame_is_first_syn(const struct frame *f)
{
	return (f->data[f->tcp_at + FLAGS] & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
}

bool
frame_is_application_data(const struct frame *f)
{
	static const uint8_t header[] = {APPLICATION_DATA, 3, 3};

	return f->payload_len > sizeof(header) &&
	       memcmp(f->data + f->payload_at, header, sizeof(header)) == 0;
}

void
frame_renumber(struct frame *f, uint32_t seq, uint32_t ack)
{
	uint8_t *tcp = f->data + f->tcp_at;

	put32(tcp + SEQ, get32(tcp + SEQ) + seq);
	if (tcp[FLAGS] & FLAG_ACK)
		put32(tcp + ACK, get32(tcp + ACK) + ack);
}

/* IPv4: client 10.0.0.0/8, server 198.18.0.0/24; IPv6: the last four bytes. */
void
frame_readdress(struct frame *f, const struct frame_identity *who)
{
	uint32_t len = address_len(f);
	uint8_t *source = f->data + addresses_at(f), *destination = source + len;
	uint8_t *client = f->from_client ? source : destination;
	uint8_t *server = f->from_client ? destination : source;

	put32(client + len - 4, f->v6 ? who->client : 0x0a000000 | (who->client & 0xffffff));
	put32(server + len - 4, f->v6 ? who->server : 0xc6120000 | who->server);
	put16(f->data + f->tcp_at + (f->from_client ? 0 : 2), who->client_port);
}

static uint32_t
sum16(const uint8_t *p, uint32_t len, uint32_t sum)
{
	for (uint32_t i = 0; i + 1 < len; i += 2)
		sum += get16(p + i);
	return len % 2 != 0 ? sum + (uint32_t)(p[len - 1] << 8) : sum;
}

static uint16_t
folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void
frame_checksum(struct frame *f)
{
	uint8_t *tcp = f->data + f->tcp_at;
	uint32_t tcp_len = f->len - f->tcp_at;
	uint32_t sum = sum16(f->data + addresses_at(f), address_len(f) * 2, TCP + tcp_len);

	put16(tcp + CHECKSUM, 0);
	put16(tcp + CHECKSUM, folded(sum16(tcp, tcp_len, sum)));
	if (f->v6)
		return;
	put16(f->data + V4_CHECKSUM, 0);
	put16(f->data + V4_CHECKSUM, folded(sum16(f->data + ETHERNET, IPV4, 0)));
}

static void
set_length(struct frame *f, uint32_t payload_len)
{
	f->payload_len = payload_len;
	f->len = f->payload_at + payload_len;
	if (f->v6)
		put16(f->data + V6_PAYLOAD_LENGTH, f->len - ETHERNET - IPV6);
	else
		put16(f->data + V4_TOTAL_LENGTH, f->len - ETHERNET);
}

void
frame_with_payload(struct frame *f, const struct frame *model, const uint8_t *payload, uint32_t len)
{
	*f = *model;
	memcpy(f->data + f->payload_at, payload, len);
	set_length(f, len);
}

static void
swap(uint8_t *a, uint8_t *b, uint32_t len)
{
	uint8_t kept[16];

	memcpy(kept, a, len);
	memcpy(a, b, len);
	memcpy(b, kept, len);
}

void
frame_ack_of(struct frame *f, const struct frame *model)
{
	uint32_t at = addresses_at(model), len = address_len(model);
	uint8_t *tcp = f->data + model->tcp_at;

	*f = *model;
	f->from_client = !model->from_client;
	swap(f->data, f->data + 6, 6);
	swap(f->data + at, f->data + at + len, len);
	swap(tcp, tcp + 2, 2);
	swap(tcp + SEQ, tcp + ACK, 4);
	tcp[FLAGS] = FLAG_ACK;
	set_length(f, 0);
}
