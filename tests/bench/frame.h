/*
 * frame.h - one Ethernet frame with TCP over IPv4 or IPv6, to be read, copied and changed.
 * For generate.c only; the program itself reads packets with dissectors/.
 */
#ifndef TESTS_BENCH_FRAME_H
#define TESTS_BENCH_FRAME_H

#include <stdbool.h>
#include <stdint.h>

enum { FRAME_MAX = 1600 };

struct frame {
	uint8_t data[FRAME_MAX];
	uint32_t len;
	uint32_t tcp_at, payload_at, payload_len;
	bool v6, from_client; /* from_client: set by the caller */
};

/* Who a clone is: numbers that go into its addresses. */
struct frame_identity {
	uint32_t client, server;
	uint16_t client_port;
};

/* False when it is no such frame, or larger than FRAME_MAX. */
bool frame_read(struct frame *f, const uint8_t *data, uint32_t len);

bool frame_same_direction(const struct frame *a, const struct frame *b);
bool frame_opposite_direction(const struct frame *a, const struct frame *b);
bool frame_is_first_syn(const struct frame *f);
/* Begins with a record of application data of TLS 1.2 or 1.3. */
bool frame_is_application_data(const struct frame *f);

/* Adds to the sequence number, and to the acknowledgement where there is one. */
void frame_renumber(struct frame *f, uint32_t seq, uint32_t ack);
void frame_readdress(struct frame *f, const struct frame_identity *who);
/* Sets the IPv4 and the TCP checksum. */
void frame_checksum(struct frame *f);

/* f becomes model with another payload (at most 1448 bytes). */
void frame_with_payload(struct frame *f, const struct frame *model, const uint8_t *payload,
			uint32_t len);
/* f becomes a bare ack of model: its sequence numbers are those before frame_renumber. */
void frame_ack_of(struct frame *f, const struct frame *model);

#endif
