/*
 * compare.c - what happened to a session between two points: conditions of compare.def's rows.
 * See compare.h; the words are compare_text.c's.
 */
#include "analyzer/verdict/compare.h"

#include <string.h>

#include "analyzer/verdict/compare_parts.h"

/* --- small questions -------------------------------------------------------------------------- */

bool
compare_text_equal(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool
compare_text_differs(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) != 0;
}

bool
compare_is(const char *text, const char *word)
{
	return compare_text_equal(text, word);
}

bool
compare_in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (list != NULL && *list != '\0') {
		size_t item = strcspn(list, ",");
		if (item == len && memcmp(list, word, len) == 0)
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

bool
compare_same_tls(const struct compare_pairing *p)
{
	return p->near != NULL && p->far != NULL &&
	       compare_text_equal(p->near->client_random, p->far->client_random) &&
	       !compare_text_differs(p->near->server_random, p->far->server_random);
}

const struct compare_step *
compare_find(const struct compare_session *s, enum tls_side sender, const char *name)
{
	for (size_t i = 0; i < s->n_steps; i++)
		if (s->steps[i].sender == sender &&
		    (name == NULL ? s->steps[i].kind != MESSAGE_TCP
				  : strcmp(s->steps[i].name, name) == 0))
			return &s->steps[i];
	return NULL;
}

static bool
refused(const struct compare_session *s)
{
	return compare_is(s->outcome, "rejected") || compare_is(s->outcome, "dropped_no_reply");
}

static bool
presented(const struct compare_session *s)
{
	return compare_is(s->client_cert, "presented");
}

static bool
asked(const struct compare_session *s, const char *answer)
{
	return compare_is(s->client_cert_requested, answer);
}

/* Asked, and none came. */
static bool
unmet(const struct compare_session *s)
{
	return asked(s, "yes") &&
	       (compare_is(s->client_cert, "empty") || compare_is(s->client_cert, "none_sent"));
}

/* --- resets ----------------------------------------------------------------------------------- */

/* A RST in `sender`'s name at one point that the point nearer to the sender never saw. */
static const struct compare_step *
reset_from_between(struct compare_case *c, enum tls_side sender)
{
	bool at_near = sender == TLS_SERVER;
	const struct compare_session *seen = at_near ? c->near : c->far;
	const struct compare_session *source = at_near ? c->far : c->near;
	const struct compare_step *reset = compare_find(seen, sender, "RST");

	if (reset == NULL || compare_find(source, sender, "RST") != NULL ||
	    compare_flawed(source, sender))
		return NULL;
	bool unsure = !compare_still_captured(c, reset, at_near);
	if (unsure && compare_in_list(source->capture_state, "ends_early"))
		return NULL;
	c->reset_unsure |= unsure;
	return reset;
}

static bool
reset_is_foreign(const struct compare_case *c)
{
	return (c->reset_near != NULL &&
		compare_in_list(c->near->modifiers, "reset_injected_suspected")) ||
	       (c->reset_far != NULL &&
		compare_in_list(c->far->modifiers, "reset_injected_suspected"));
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool
paired(const struct compare_case *c)
{
	return c->pairing->near != NULL && c->pairing->far != NULL;
}

static bool
lost(const struct compare_case *c, enum tls_side sender)
{
	return c->same_tls && c->lane[sender].state == LANE_LOST;
}

static bool
unchanged(const struct compare_case *c)
{
	return c->same_tls && c->lane[0].state == LANE_EQUAL && c->lane[1].state == LANE_EQUAL &&
	       c->lane[0].common + c->lane[1].common > 0;
}

static bool
only_near(const struct compare_case *c)
{
	return c->pairing->far == NULL && c->pairing->covered && !c->pairing->again;
}

static bool
unanswered(const struct compare_case *c)
{
	return only_near(c) && compare_find(c->near, TLS_CLIENT, "ClientHello") != NULL &&
	       compare_find(c->near, TLS_SERVER, NULL) == NULL &&
	       !compare_flawed(c->near, TLS_SERVER);
}

#define CONDITIONS(X)                                                                          \
	X(RESET_BOTH, c->reset_near != NULL && c->reset_far != NULL)                           \
	X(RESET_NEAR, c->reset_near != NULL && c->reset_far == NULL)                           \
	X(RESET_FAR, c->reset_near == NULL && c->reset_far != NULL)                            \
	X(LOST_TO_SERVER, lost(c, TLS_CLIENT))                                                 \
	X(LOST_TO_CLIENT, lost(c, TLS_SERVER))                                                 \
	X(SERVER_HELLO_REPLACED,                                                               \
	  c->terminated &&compare_text_equal(c->near->client_random, c->far->client_random))   \
	X(TERMINATED,                                                                          \
	  c->terminated &&compare_text_differs(c->near->client_random, c->far->client_random)) \
	X(REQUEST_FAR_UNMET, c->terminated &&asked(c->near, "no") && unmet(c->far))            \
	X(REQUEST_FAR_MET,                                                                     \
	  c->terminated &&asked(c->near, "no") && asked(c->far, "yes") && presented(c->far))   \
	X(REQUEST_NEAR_ONLY, c->terminated &&asked(c->near, "yes") && asked(c->far, "no"))     \
	X(CERT_DIFFERS,                                                                        \
	  c->terminated &&presented(c->near) && presented(c->far) &&                           \
	      compare_text_differs(c->near->client_cert_sha256, c->far->client_cert_sha256))   \
	X(CERT_NEAR_ONLY, c->terminated &&presented(c->near) && unmet(c->far))                 \
	X(CERT_FAR_ONLY, c->terminated &&presented(c->far) && unmet(c->near))                  \
	X(REFUSED_FAR_ONLY, c->terminated &&refused(c->far) && !refused(c->near))              \
	X(MISSED_NEAR, c->same_tls && (c->lane[TLS_CLIENT].state == LANE_MISSED_ORIGIN ||      \
				       c->lane[TLS_SERVER].state == LANE_MISSED_TARGET))       \
	X(MISSED_FAR, c->same_tls && (c->lane[TLS_CLIENT].state == LANE_MISSED_TARGET ||       \
				      c->lane[TLS_SERVER].state == LANE_MISSED_ORIGIN))        \
	X(LATE_TO_SERVER, c->same_tls && c->lane[TLS_CLIENT].late_origin != NULL)              \
	X(LATE_TO_CLIENT, c->same_tls && c->lane[TLS_SERVER].late_origin != NULL)              \
	X(UNCHANGED, unchanged(c))                                                             \
	X(SAME, c->same_tls && !unchanged(c) && !lost(c, TLS_CLIENT) && !lost(c, TLS_SERVER))  \
	X(UNKNOWN, paired(c) && !c->same_tls && !c->terminated)                                \
	X(UNANSWERED, unanswered(c))                                                           \
	X(REFUSED_NEAR, only_near(c) && !unanswered(c) && refused(c->near))                    \
	X(ONLY_NEAR, only_near(c) && !unanswered(c) && !refused(c->near))                      \
	X(AGAIN, c->pairing->again)                                                            \
	X(ONLY_FAR, c->pairing->near == NULL && c->pairing->covered && !c->pairing->again)     \
	X(NOT_COVERED, !paired(c) && !c->pairing->covered && !c->pairing->again)

enum condition {
#define CONDITION_ENUM(name, test) name,
	CONDITIONS(CONDITION_ENUM)
#undef CONDITION_ENUM
};

#define CONDITION_FUNCTION(name, test)                         \
	static bool holds_##name(const struct compare_case *c) \
	{                                                      \
		return test;                                   \
	}
CONDITIONS(CONDITION_FUNCTION)
#undef CONDITION_FUNCTION

static bool (*const holds[])(const struct compare_case *) = {
#define CONDITION_ROW(name, test) [name] = holds_##name,
    CONDITIONS(CONDITION_ROW)
#undef CONDITION_ROW
};

/* --- rows ------------------------------------------------------------------------------------- */

enum { DIFFERS = 1 << 0, ENDPOINT = 1 << 1, FACTS = 1 << 2 };

struct row {
	const char *finding;
	enum condition condition;
	enum compare_sure sure;
	unsigned flags;
	const char *sentence, *server, *client, *between;
};

static const struct row rows[] = {
#define COMPARE(finding, condition, sure, flags, sentence, server, client, between) \
	{#finding, condition, COMPARE_##sure, flags, sentence, server, client, between},
#include "analyzer/verdict/compare.def"
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const char *
compare_sure_name(enum compare_sure s)
{
	static const char *const names[] = {[COMPARE_POSSIBLE] = "possible",
					    [COMPARE_LIKELY] = "likely",
					    [COMPARE_PROVEN] = "proven"};
	return names[s];
}

const char *const *
compare_finding_names(size_t *count)
{
	static const char *const names[] = {
#define COMPARE(finding, condition, sure, flags, sentence, server, client, between) #finding,
#include "analyzer/verdict/compare.def"
	};
	*count = ROWS;
	return names;
}

/* May the other point's capture just have ended before? */
static bool
unsure(const struct compare_case *c, const struct row *row)
{
	switch (row->condition) {
	case RESET_BOTH:
	case RESET_NEAR:
	case RESET_FAR:
		return c->reset_unsure;
	case LOST_TO_SERVER:
		return c->lane[TLS_CLIENT].unsure;
	case LOST_TO_CLIENT:
		return c->lane[TLS_SERVER].unsure;
	default:
		return false;
	}
}

/* A RST that one of its name's own packets does not resemble needs no second point. */
static enum compare_sure
sure_by_itself(const struct compare_case *c, const struct row *row)
{
	bool reset = row->condition == RESET_NEAR || row->condition == RESET_FAR;

	if (unsure(c, row))
		return reset && reset_is_foreign(c) ? COMPARE_LIKELY : COMPARE_POSSIBLE;
	return reset && reset_is_foreign(c) ? COMPARE_PROVEN : row->sure;
}

/* No claim is stronger than what it rests on. */
static enum compare_sure
sure_of(const struct compare_case *c, const struct row *row)
{
	enum compare_sure sure = sure_by_itself(c, row), most = COMPARE_PROVEN;
	bool inferred =
	    compare_is(c->near->evidence, "inferred") || compare_is(c->far->evidence, "inferred");

	if (c->pairing->ambiguous)
		most = COMPARE_POSSIBLE;
	else if ((paired(c) && c->pairing->link != COMPARE_RANDOM) ||
		 ((row->flags & FACTS) != 0 && inferred))
		most = COMPARE_LIKELY;
	return sure < most ? sure : most;
}

static void
look(struct compare_case *c)
{
	c->same_tls = compare_same_tls(c->pairing);
	c->terminated = paired(c) && !c->same_tls && c->near->client_random != NULL &&
			c->far->client_random != NULL;
	if (!c->same_tls)
		return;
	compare_lane(c, TLS_CLIENT);
	compare_lane(c, TLS_SERVER);
	c->reset_near = reset_from_between(c, TLS_SERVER);
	c->reset_far = reset_from_between(c, TLS_CLIENT);
}

size_t
compare_pair(struct arena *a, const struct compare_pairing *p,
	     struct compare_finding out[static COMPARE_FINDINGS_MAX])
{
	static const struct compare_session none = {0};
	struct compare_case c = {.arena = a,
				 .pairing = p,
				 .near = p->near != NULL ? p->near : &none,
				 .far = p->far != NULL ? p->far : &none};
	size_t count = 0;

	look(&c);
	for (size_t i = 0; i < ROWS && count < COMPARE_FINDINGS_MAX; i++) {
		const struct row *row = &rows[i];
		if (!holds[row->condition](&c))
			continue;
		enum compare_sure sure = sure_of(&c, row);
		out[count++] = (struct compare_finding){
		    .finding = row->finding,
		    .evidence = compare_sentence(&c, sure, row->sentence),
		    .server_fix = compare_fill(&c, row->server),
		    .client_fix = compare_fill(&c, row->client),
		    .between_fix = compare_fill(&c, row->between),
		    .sure = sure,
		    .differs = (row->flags & DIFFERS) != 0,
		    .endpoint = (row->flags & ENDPOINT) != 0,
		};
	}
	return a->failed ? 0 : count;
}
