/*
 * community_id.h - Community ID version 1, seed 0, of a TCP or UDP conversation.
 * Called once per session. Specification: corelight/community-id-spec.
 */
#ifndef ANALYZER_PACKET_COMMUNITY_ID_H
#define ANALYZER_PACKET_COMMUNITY_ID_H

#include "analyzer/crypto/hash.h"
#include "analyzer/packet/decode.h"

/* "1:", 28 characters of base64, NUL */
enum { COMMUNITY_ID_SIZE = 2 + 28 + 1 };

/* The same text for both orders of a and b, which must be of one family. False, and "", when they
 * are not or on a fault of the digest. protocol: 6 TCP, 17 UDP. */
bool community_id_text(struct hasher *h, uint8_t protocol, const struct endpoint *a,
		       const struct endpoint *b, char out[COMMUNITY_ID_SIZE]);

#endif
