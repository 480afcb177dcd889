/*
 * pcapng_resync.c - whole blocks of a pcapng file, one after the other, whatever lies between.
 * Called by capture_pcapng.c for every block; damage is recorded with its byte offset and costs as
 * little of the file as possible. draft-ietf-opsawg-pcapng, "General Block Structure".
 */
#include "analyzer/input/pcapng_resync.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/input/capture_pcapng.h"

enum {
	START = 28, /* of a block: enough to judge an Enhanced Packet Block */
	INTERFACE_MIN = 20,
	SECRETS_MIN = 20,
	PACKET_MIN = 32,
	OPTIONS_USUAL = 64 << 10, /* more behind a packet's data is not believed */
};

static uint32_t
word(struct cursor *c, bool big)
{
	return big ? cursor_u32(c, "word") : cursor_u32le(c, "word");
}

/* What the fields of its type say about a block's length. */
static bool
fields_fit(struct bytes start, const struct pcapng_place *place, const struct pcapng_head *head)
{
	struct cursor c = cursor_init(start, 0);
	cursor_skip(&c, 8, "Block Type, Block Total Length");
	uint32_t first = word(&c, head->big);
	switch (head->type) {
	case PCAPNG_SECTION:
		return head->len >= PCAPNG_SECTION_MIN;
	case PCAPNG_INTERFACE: /* the upper or lower half is reserved, 0 */
		return head->len >= INTERFACE_MIN &&
		       (head->big ? first & 0xffff : first >> 16) == 0;
	case PCAPNG_SECRETS: {
		uint32_t len = word(&c, head->big);
		return head->len >= SECRETS_MIN && len <= head->len - SECRETS_MIN;
	}
	case PCAPNG_PACKET: {
		cursor_skip(&c, 8, "Timestamp");
		uint32_t caplen = word(&c, head->big);
		return first < place->interfaces && head->len >= PACKET_MIN &&
		       caplen <= head->len - PACKET_MIN &&
		       head->len - PACKET_MIN - caplen <= OPTIONS_USUAL;
	}
	}
	return true;
}

bool
pcapng_plausible(struct bytes start, const struct pcapng_place *place, struct pcapng_head *head)
{
	return pcapng_head_parse(start, place->big, head) && head->len >= PCAPNG_FRAME &&
	       head->len % 4 == 0 && fields_fit(start, place, head);
}

/* A plausible block with a right trailer begins `skip` bytes ahead; or the file ends just there. */
static bool
block_follows(struct reader *r, size_t skip, const struct pcapng_place *place)
{
	struct pcapng_head head;
	struct bytes body, in = reader_peek(r, skip + START);
	if (in.len == skip)
		return true;
	bytes_take(&in, in.len < skip ? in.len : skip);
	if (!pcapng_plausible(in, place, &head) || head.len > PCAPNG_RESYNC_BLOCK_MAX)
		return false;
	in = reader_peek(r, skip + head.len);
	if (in.len < skip + head.len)
		return false;
	bytes_take(&in, skip);
	return pcapng_trailer(bytes_take(&in, head.len), head.big, &body) == head.len;
}

/* Does this big-endian word start a block that is worth looking at? */
static bool
starts_block(uint32_t w, bool big)
{
	if (!big && w != PCAPNG_SECTION)
		w = __builtin_bswap32(w);
	return w == PCAPNG_PACKET || w == PCAPNG_SECTION || w == PCAPNG_INTERFACE ||
	       w == PCAPNG_SECRETS;
}

/* Bytes before the first possible start of a block in `in`, or what can be given up. */
static size_t
scan_view(struct bytes in, bool big)
{
	uint32_t w = UINT32_MAX;
	for (size_t i = 0; i < in.len; i++) {
		w = w << 8 | in.data[i];
		if (i >= 3 && starts_block(w, big))
			return i - 3;
	}
	return in.len < 3 ? in.len : in.len - 3;
}

/* Leave the bad block and go to the next whole one. False: the input ended before. Blocks may stand
 * anywhere: files mangled in transfer are no longer aligned. */
static bool
resync(struct reader *r, const struct pcapng_place *place)
{
	struct bytes in;
	reader_skip(r, 1);
	while ((in = reader_peek(r, START)).len >= PCAPNG_FRAME) {
		size_t step = scan_view(in, place->big);
		reader_take(r, step);
		if (step >= in.len - 3)
			continue;
		if (reader_peek(r, START).len >= PCAPNG_FRAME && block_follows(r, 0, place))
			return true;
		reader_take(r, 1);
	}
	reader_skip(r, UINT64_MAX);
	return false;
}

static enum pcapng_finding
over(struct reader *r, const struct pcapng_place *place, struct problem *problem, uint64_t at,
     bool packet)
{
	if (reader_error(r) != 0)
		problem_add(problem, "read error at byte %" PRIu64 ": %s", reader_size(r),
			    strerror(reader_error(r)));
	else if (packet)
		problem_add(problem, "ends inside packet %" PRIu64 " (byte %" PRIu64 ")",
			    place->frame + 1, at);
	else
		problem_add(problem,
			    "ends inside a block after packet %" PRIu64 " (byte %" PRIu64 ")",
			    place->frame, at);
	reader_skip(r, UINT64_MAX);
	return PCAPNG_OVER;
}

/* Record the defect and leave the block. */
static enum pcapng_finding
lose(struct reader *r, const struct pcapng_place *place, struct problem *problem,
     const struct pcapng_found *b, const char *defect)
{
	bool found = resync(r, place);
	if (reader_error(r) != 0)
		return over(r, place, problem, b->at, false);
	char next[64] = "nothing could be read after it";
	if (found)
		snprintf(next, sizeof next, "went on at byte %" PRIu64, reader_at(r));
	problem_add(problem, "bad block at byte %" PRIu64 " (after packet %" PRIu64 "): %s; %s",
		    b->at, place->frame, defect, next);
	return PCAPNG_LOST;
}

/* The block is longer than what is left: cut off, or its length is wrong. */
static enum pcapng_finding
overrun(struct reader *r, const struct pcapng_place *place, struct problem *problem,
	struct pcapng_found *b, struct bytes rest)
{
	bool packet = pcapng_is_packet(b->head.type);
	bool sound =
	    b->head.type == PCAPNG_PACKET && rest.len >= START && fields_fit(rest, place, &b->head);
	if (sound || reader_error(r) != 0 || !resync(r, place))
		return over(r, place, problem, b->at, packet);
	problem_add(problem,
		    "bad block at byte %" PRIu64 " (after packet %" PRIu64 "): length %" PRIu32
		    " exceeds the file; went on at byte %" PRIu64,
		    b->at, place->frame, b->head.len, reader_at(r));
	return PCAPNG_LOST;
}

/* Some writers leave the padding out of the length, some leave the padding out. */
static bool
unaligned(struct reader *r, struct pcapng_found *b, struct problem *problem)
{
	uint32_t len = b->head.len;
	const uint32_t ways[] = {(len + 3) & ~UINT32_C(3), len};
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct bytes in = reader_peek(r, ways[i]);
		if (in.len < ways[i] ||
		    pcapng_trailer(bytes_take(&in, ways[i]), b->head.big, &b->body) != len)
			continue;
		reader_take(r, ways[i]);
		problem_add(problem,
			    "block at byte %" PRIu64 ": length %" PRIu32 " is not a multiple of 4",
			    b->at, len);
		return true;
	}
	return false;
}

/* Why the block's start can't be believed; NULL when it can. */
static const char *
start_defect(bool parsed, const struct pcapng_head *head, char *buf, size_t size)
{
	if (!parsed)
		return "no byte-order magic in a section header";
	if (head->len < PCAPNG_FRAME)
		snprintf(buf, size, "length %" PRIu32 " is below 12", head->len);
	else if (head->len > CAPTURE_PCAPNG_BLOCK_MAX)
		snprintf(buf, size, "length %" PRIu32 " is over the limit of %d MiB", head->len,
			 CAPTURE_PCAPNG_BLOCK_MAX >> 20);
	else
		return NULL;
	return buf;
}

/* A block of a possible length: whole, cut off, or with another length behind it. */
static enum pcapng_finding
look_whole(struct reader *r, const struct pcapng_place *place, struct problem *problem,
	   struct pcapng_found *b)
{
	char defect[80];
	uint32_t len = b->head.len;
	if (len % 4 != 0 && unaligned(r, b, problem))
		return PCAPNG_FOUND;
	struct bytes in = reader_peek(r, len);
	if (in.len < len)
		return overrun(r, place, problem, b, in);
	uint32_t second = pcapng_trailer(bytes_take(&in, len), b->head.big, &b->body);
	if (second == len && len % 4 == 0) {
		reader_take(r, len);
		return PCAPNG_FOUND;
	}
	snprintf(defect, sizeof defect, "length %" PRIu32 " before and %" PRIu32 " after it", len,
		 second);
	if (len % 4 != 0 || !block_follows(r, len, place))
		return lose(r, place, problem, b, defect);
	in = reader_peek(r, len); /* the look ahead may have moved it */
	pcapng_trailer(bytes_take(&in, len), b->head.big, &b->body);
	reader_take(r, len);
	problem_add(problem, "block at byte %" PRIu64 " (after packet %" PRIu64 "): %s", b->at,
		    place->frame, defect);
	return PCAPNG_FOUND;
}

enum pcapng_finding
pcapng_find_block(struct reader *r, const struct pcapng_place *place, struct problem *problem,
		  struct pcapng_found *out)
{
	char buf[80];
	struct bytes start = reader_peek(r, PCAPNG_HEAD);
	*out = (struct pcapng_found){.at = reader_at(r)};
	if (start.len == 0 && reader_error(r) == 0)
		return PCAPNG_OVER;
	if (start.len < PCAPNG_HEAD)
		return over(r, place, problem, out->at, false);
	bool parsed = pcapng_head_parse(start, place->big, &out->head);
	const char *defect = start_defect(parsed, &out->head, buf, sizeof buf);
	if (defect != NULL)
		return lose(r, place, problem, out, defect);
	return look_whole(r, place, problem, out);
}
