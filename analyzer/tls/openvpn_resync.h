/*
 * openvpn_resync.h - finds OpenVPN packets again after a hole: by their sender's session id, whose
 * 64 bits stand behind the length and the opcode of each control packet and ACK. Used by
 * carrier_openvpn.c.
 */
#ifndef ANALYZER_TLS_OPENVPN_RESYNC_H
#define ANALYZER_TLS_OPENVPN_RESYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissectors/openvpn/openvpn.h"
#include "dissectors/wire/bytes.h"

enum {
	OPENVPN_RESYNC_LEN = OPENVPN_LENGTH_LEN + 1 + OPENVPN_SESSION_ID_LEN,
	OPENVPN_RESYNC_BYTES_MAX = 64 * 1024, /* looked at before giving up */
};

struct openvpn_resync {
	uint8_t tail[OPENVPN_RESYNC_LEN - 1]; /* the last bytes seen */
	size_t tail_len;
	size_t looked_at; /* bytes; beyond OPENVPN_RESYNC_BYTES_MAX it is time to give up */
	struct bytes before;
};

/* Begin to look. `seen`: bytes just before the first view; a packet may begin in their last ones.
 */
void openvpn_resync_begin(struct openvpn_resync *r, struct bytes seen);

/* Look at the next view. True: a packet begins with the bytes of r->before (earlier views'), and
 * goes on `*at` bytes into this view. */
bool openvpn_resync_feed(struct openvpn_resync *r, uint64_t session_id, struct bytes in,
			 size_t *at);

#endif
