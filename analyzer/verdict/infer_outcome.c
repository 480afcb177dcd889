/*
 * infer_outcome.c - the server's reaction to the client's flight by what it sent afterwards. See
 * infer.h, infer_parts.h.
 * A server that has refused sends one alert, at most a second one, and nothing else (RFC 8446
 * section 6.2), so any other record that knew the whole flight means that it went on.
 */
#include "analyzer/verdict/infer_reply.h"
#include "dissectors/tls/alert.h"
#include "dissectors/tls/record.h"

enum {
	ALERTS_MAX = 2,  /* of a server that refuses: fatal, close_notify */
	TALK_LEAST = 60, /* a record this long is no alert, however padded */
	PADDING_BLOCK = 16,
};

#define SAY(f, ...) infer_say((f)->basis, __VA_ARGS__)

/* --- what there is ---------------------------------------------------------------------------- */

/* Without an anchor the server may pad like the other one. */
static bool
may_be_alert(const struct infer_view *v, const struct infer_reply *r,
	     const struct infer_record *record)
{
	return record->repeat == 0 &&
	       (infer_reply_is_alert(v, r, record) ||
		(!r->anchor && infer_is(v, record, INFER_ALERT) != INFER_PAD_UNKNOWN));
}

static void
take_after(const struct infer_view *v, const struct infer_flight *f, struct infer_reply *r,
	   const struct infer_record *record)
{
	if (r->first == NULL)
		r->first = record;
	else if (r->second == NULL)
		r->second = record;
	r->equal_pair = r->count == 1 ? record->length == r->first->length : r->equal_pair;
	r->last = record;
	r->count += 1 + record->repeat;
	r->alerts += infer_reply_is_alert(v, r, record);
	r->unsolicited += record->ack == f->last->end && record->repeat == 0;
}

static void
take(const struct infer_view *v, const struct infer_flight *f, struct infer_reply *r,
     const struct infer_record *record)
{
	bool knew_some = record->ack >= f->first->end;

	if (record->cut || !record->joined)
		r->doubt = true;
	if (r->doubt)
		return;
	if (record->type == INFER_FOREIGN)
		r->text = record;
	else if (record->type == TLS_CONTENT_alert && knew_some && record->code > 0)
		r->plain = record;
	else if (record->type == TLS_CONTENT_application_data && record->ack >= f->last->end)
		take_after(v, f, r, record);
	else if (record->type == TLS_CONTENT_application_data && knew_some)
		r->mid = record;
	else if (record->type == TLS_CONTENT_handshake)
		r->doubt = true;
}

static const struct infer_record *
last_sealed(const struct infer_side *side)
{
	const struct infer_record *last = NULL;

	for (size_t i = 0; i < side->count; i++)
		if (side->records[i].type == TLS_CONTENT_application_data)
			last = &side->records[i];
	return last;
}

static void
gather(const struct infer_view *v, const struct infer_flight *f, const struct infer_server *s,
       struct infer_reply *r)
{
	const struct infer_side *server = &v->in->side[TLS_SERVER];
	const struct infer_record *last = last_sealed(server);

	*r = (struct infer_reply){.padding = s->padding == INFER_PAD_UNKNOWN ? 0 : s->padding};
	r->anchor = s->finished != NULL ||
		    (last != NULL && infer_is_padded(v, last->length, INFER_ALERT, 0));
	for (size_t i = 0; i < server->count; i++)
		take(v, f, r, &server->records[i]);
	for (size_t i = 0; i < server->count; i++) {
		const struct infer_record *record = &server->records[i];
		if (record->type != TLS_CONTENT_application_data || record->repeat > 0 ||
		    record->length <= v->tag)
			continue;
		r->block = infer_divisor(r->block, record->length - v->tag);
		r->goes_on |= r->first != NULL && !record->cut && record->joined &&
			      record->ack > f->last->end && record->at > r->first->at;
	}
}

/* Client data sent long after the flight, but before `until`: the server had let it pass. */
static bool
client_went_on(const struct infer_view *v, const struct infer_flight *f, int64_t until)
{
	const struct infer_side *client = &v->in->side[TLS_CLIENT];

	for (size_t i = 0; i < client->count; i++) {
		const struct infer_record *r = &client->records[i];
		if (r->at >= f->last->end &&
		    infer_elapsed(f->last->time_ns, r->time_ns) > INFER_SETTLED_NS &&
		    r->time_ns < until)
			return true;
	}
	return false;
}

/* --- the rules -------------------------------------------------------------------------------- */

static struct infer_fact *
decide(struct infer_output *out, enum infer_rule rule, enum reaction value,
       enum confidence confidence, const struct infer_record *answer,
       const struct infer_record *reply)
{
	out->notes.outcome_rule = rule;
	out->outcome.value = value;
	out->outcome.evidence = EVIDENCE_INFERRED;
	out->outcome.confidence = confidence;
	out->outcome.records[0] = answer;
	out->outcome.records[1] = reply;
	return &out->outcome;
}

static bool
plain_alert(const struct infer_flight *f, const struct infer_reply *r, struct infer_output *out)
{
	if (r->plain == NULL || r->count > 0)
		return false;
	struct infer_fact *fact = decide(out, INFER_RULE_PLAIN_ALERT, REACTION_REJECTED,
					 CONFIDENCE_CERTAIN, f->last, r->plain);
	fact->evidence = EVIDENCE_OBSERVED;
	SAY(fact, "the server's readable alert follows the client's answer");
	return true;
}

/* While it has not received the whole flight a server has nothing else of that size to say. */
static bool
mid_flight_alert(const struct infer_view *v, const struct infer_flight *f,
		 const struct infer_reply *r, struct infer_output *out)
{
	if (r->mid == NULL || !infer_reply_is_alert(v, r, r->mid) || r->count > 1 ||
	    (r->count == 1 && r->alerts == 0))
		return false;
	SAY(decide(out, INFER_RULE_MID_FLIGHT_ALERT, REACTION_REJECTED, CONFIDENCE_HIGH, f->first,
		   r->mid),
	    "a %u-byte record of the server, an alert, knew the beginning of the client's answer "
	    "only",
	    r->mid->length);
	out->alert = r->mid;
	return true;
}

static bool
three_records(const struct infer_flight *f, const struct infer_reply *r, struct infer_output *out)
{
	if (r->count <= ALERTS_MAX)
		return false;
	SAY(decide(out, INFER_RULE_THREE_RECORDS, REACTION_ACCEPTED, CONFIDENCE_HIGH, f->last,
		   r->first),
	    "the server sent %u records, the first of %u bytes, after it had the client's whole "
	    "answer; who refuses sends two at most",
	    (unsigned)r->count, r->first->length);
	return true;
}

static bool
first_is_no_alert(const struct infer_view *v, const struct infer_flight *f,
		  const struct infer_reply *r, struct infer_output *out)
{
	enum confidence confidence = CONFIDENCE_NONE;

	if (may_be_alert(v, r, r->first))
		return false;
	if (r->block >= PADDING_BLOCK && !r->anchor)
		return false;
	if (r->anchor || r->goes_on)
		confidence = CONFIDENCE_HIGH;
	else if (r->first->length >= TALK_LEAST &&
		 infer_first_close(&v->in->side[TLS_SERVER]) == NULL)
		confidence = CONFIDENCE_MEDIUM;
	if (confidence == CONFIDENCE_NONE)
		return false;
	SAY(decide(out, INFER_RULE_FIRST_RECORD, REACTION_ACCEPTED, confidence, f->last, r->first),
	    "the server's first record after the client's whole answer has %u bytes; an alert has "
	    "%u",
	    r->first->length, infer_length(v, INFER_ALERT, r->padding));
	return true;
}

/* Confidence that a single alert is a refusal and no goodbye. */
static enum confidence
weigh_alert(const struct infer_view *v, const struct infer_flight *f, const struct infer_reply *r,
	    struct infer_output *out)
{
	int64_t delay = infer_elapsed(f->last->time_ns, r->first->time_ns);
	bool late = client_went_on(v, f, r->first->time_ns);

	out->notes.corroborable = delay <= INFER_SOON_NS && !late && r->text == NULL;
	if (delay <= INFER_SOON_NS)
		return r->text != NULL && !late ? CONFIDENCE_HIGH : CONFIDENCE_MEDIUM;
	if (delay > INFER_LATE_NS || late || infer_client_had_left(v, f, UINT64_MAX))
		return CONFIDENCE_NONE;
	return CONFIDENCE_MEDIUM;
}

static void
say_alerts(struct infer_fact *fact, const struct infer_reply *r, int64_t after)
{
	if (r->count == 2)
		SAY(fact,
		    "the server's only records after the client's answer are two of %u bytes, "
		    "alerts, within %u s, and then it closed",
		    r->first->length, after > INFER_SOON_NS ? 5u : 1u);
	else if (after < INFER_MS_NS)
		SAY(fact,
		    "the server's only record after the client's answer has %u bytes, an "
		    "alert, less than 1 ms after it, and then it closed",
		    r->first->length);
	else
		SAY(fact,
		    "the server's only record after the client's answer has %u bytes, an "
		    "alert, %u ms after it, and then it closed",
		    r->first->length, (unsigned)(after / INFER_MS_NS));
}

/* The server's close was not seen, but all before it was, and the client left at the second alert.
 */
static bool
ended_by_client(const struct infer_view *v, const struct infer_reply *r)
{
	const struct infer_side *client = &v->in->side[TLS_CLIENT];

	return r->count == 2 && v->in->side[TLS_SERVER].whole &&
	       (client->rst.seen || client->fin.seen);
}

static bool
alerts_only(const struct infer_view *v, const struct infer_flight *f, const struct infer_reply *r,
	    struct infer_output *out)
{
	bool complete = v->in->side[TLS_SERVER].complete;
	enum confidence confidence = complete ? CONFIDENCE_HIGH : CONFIDENCE_MEDIUM;

	if (r->alerts != r->count || (!complete && !ended_by_client(v, r)) ||
	    infer_client_had_left(v, f, r->first->ack))
		return false;
	if (r->count == 1)
		confidence = weigh_alert(v, f, r, out);
	if (confidence == CONFIDENCE_NONE)
		return false;
	struct infer_fact *fact =
	    decide(out, INFER_RULE_ALERTS, REACTION_REJECTED, confidence, f->last, r->first);
	say_alerts(fact, r, infer_elapsed(f->last->time_ns, r->first->time_ns));
	out->alert = r->first;
	return true;
}

static bool
closed(const struct infer_view *v, const struct infer_flight *f, const struct infer_reply *r,
       struct infer_output *out)
{
	const struct infer_close *close = infer_server_closed_first(v);

	/* Of a client's bytes that are missing the last may be its goodbye. */
	if (close == NULL || r->mid != NULL || r->text != NULL || r->plain != NULL ||
	    !v->in->side[TLS_SERVER].complete || !v->in->side[TLS_CLIENT].whole)
		return false;
	if (close == &v->in->side[TLS_SERVER].fin ? close->ack < f->last->end
						  : close->frame < f->last->frame)
		return false;
	if (infer_elapsed(f->last->time_ns, close->time_ns) > INFER_SOON_NS ||
	    infer_client_had_left(v, f, close->ack))
		return false;
	SAY(decide(out, INFER_RULE_CLOSED, REACTION_DROPPED_NO_REPLY, CONFIDENCE_MEDIUM, f->last,
		   NULL),
	    "the server closed within 1 s of the client's answer, without any record");
	return true;
}

void
infer_outcome(const struct infer_view *v, const struct infer_flight *f,
	      const struct infer_server *s, struct infer_output *out)
{
	struct infer_reply r;

	gather(v, f, s, &r);
	if (v->in->side[TLS_SERVER].rst.foreign && r.count == 0 && r.mid == NULL) {
		out->modifiers |= MODIFIER_RESET_INJECTED_SUSPECTED;
		return;
	}
	if (!plain_alert(f, &r, out) && !mid_flight_alert(v, f, &r, out) && f->whole) {
		if (r.count == 0 && !r.doubt)
			closed(v, f, &r, out);
		else if (r.count > 0 && !three_records(f, &r, out) &&
			 !first_is_no_alert(v, f, &r, out) && !r.doubt)
			alerts_only(v, f, &r, out);
	}
	infer_reply_modifiers(v, f, &r, out);
}
