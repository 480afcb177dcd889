/*
 * infer_reply.h - what the server sent after the client's answer, and who left first.
 * Shared by infer_outcome.c, which decides, and infer_reply.c, which looks further.
 */
#ifndef ANALYZER_VERDICT_INFER_REPLY_H
#define ANALYZER_VERDICT_INFER_REPLY_H

#include "analyzer/verdict/infer_parts.h"

/* The server's records that had received some of the client's flight. */
struct infer_reply {
	const struct infer_record *mid;                   /* alert-sized, knew the beginning only */
	const struct infer_record *first, *second, *last; /* knew it all */
	const struct infer_record *plain;                 /* readable alert */
	const struct infer_record *text;                  /* bytes that are no records */
	size_t count, alerts, unsolicited;
	bool doubt;   /* a record of unknown place or length */
	bool goes_on; /* one knew client data sent after the first */
	uint32_t block;
	int padding;
	bool anchor;
	bool equal_pair; /* the first two are of one length */
};

bool infer_reply_is_alert(const struct infer_view *v, const struct infer_reply *r,
			  const struct infer_record *record);
/* The close that began this side's end, no forged one; NULL: none. */
const struct infer_close *infer_first_close(const struct infer_side *side);
/* The server closed, not knowing of any close of the client; NULL: it did not. */
const struct infer_close *infer_server_closed_first(const struct infer_view *v);
/* Did the client say goodbye, in a record that the server knew when it had received `ack`? */
bool infer_client_had_left(const struct infer_view *v, const struct infer_flight *f, uint64_t ack);
/* Modifiers, and what the second pass needs; the outcome is decided. */
void infer_reply_modifiers(const struct infer_view *v, const struct infer_flight *f,
			   const struct infer_reply *r, struct infer_output *out);

#endif
