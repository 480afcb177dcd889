/*
 * stack.c - see stack.h.
 */
#include "analyzer/verdict/stack.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

enum { UNKNOWN = STACK_UNKNOWN, SENDS = STACK_SENDS, WITHHOLDS = STACK_WITHHOLDS };
enum { HELLO = 1, REQUEST = 2 };
enum { TO_12 = STACK_TO_12, ONLY_13 = STACK_ONLY_13, ANY = TO_12 | ONLY_13 };
enum { SCHEMES_MAX = 13 };

static const struct {
	const char *key, *name;
	enum stack_answer answer;
} stacks[STACK_COUNT] = {
#define STACK(constant, key, name, answer) \
	[STACK_##constant] = {key, name, (enum stack_answer)(answer)},
#include "analyzer/verdict/stacks.def"
};

/* Schemes as they stand in a message. */
#define WIRE(code) (uint8_t)((code) >> 8), (uint8_t)((code)&0xff)
#define WIRES(a, b, c, d, e, f, g, h, i, j, k, l, m, ...)                                        \
	{                                                                                        \
		WIRE(a), WIRE(b), WIRE(c), WIRE(d), WIRE(e), WIRE(f), WIRE(g), WIRE(h), WIRE(i), \
		    WIRE(j), WIRE(k), WIRE(l), WIRE(m)                                           \
	}
#define COUNT(...) (sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))

#define STACK_SCHEMES(constant, from, ...) \
	static_assert(COUNT(__VA_ARGS__) <= SCHEMES_MAX, "a row of stacks.def is too long");
#include "analyzer/verdict/stacks.def"

static const struct {
	enum stack stack;
	unsigned from;
	size_t len;
	uint8_t schemes[2 * SCHEMES_MAX];
} orders[] = {
#define STACK_SCHEMES(constant, from, ...)               \
	{STACK_##constant, from, 2 * COUNT(__VA_ARGS__), \
	 WIRES(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)},
#include "analyzer/verdict/stacks.def"
};

static const struct {
	enum stack stack;
	unsigned versions;
	int alert;
} answers[] = {
#define STACK_ANSWER(constant, versions, alert) {STACK_##constant, versions, alert},
#include "analyzer/verdict/stacks.def"
};

static const struct stack_meaning meanings[] = {
#define MEANS(stack, alert, versions, note, ...) \
	{STACK_##stack, alert, versions, note, {__VA_ARGS__}},
#include "analyzer/verdict/alert_dictionary.def"
};
enum { MEANINGS = sizeof(meanings) / sizeof(meanings[0]) };

const char *
stack_name(enum stack s)
{
	return s < STACK_COUNT ? stacks[s].name : NULL;
}

const char *
stack_key(enum stack s)
{
	return s < STACK_COUNT ? stacks[s].key : NULL;
}

enum stack_answer
stack_answer(enum stack s)
{
	return s < STACK_COUNT ? stacks[s].answer : STACK_UNKNOWN;
}

static bool
same_word(const char *a, const char *b)
{
	while (*a != '\0' && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
		a++;
		b++;
	}
	return *a == '\0' && *b == '\0';
}

enum stack
stack_find(const char *key)
{
	for (enum stack s = STACK_NONE + 1; s < STACK_COUNT; s++)
		if (same_word(stacks[s].key, key) || same_word(stacks[s].name, key))
			return s;
	return STACK_NONE;
}

/* --- guesses ---------------------------------------------------------------------------------- */

/* Of a list of schemes as it was sent: the longest row that it begins with. */
static enum stack
by_order(struct bytes sent, unsigned from)
{
	enum stack best = STACK_NONE;
	size_t longest = 0;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		size_t len = orders[i].len;
		if ((orders[i].from & from) != 0 && len > longest && len <= sent.len &&
		    memcmp(sent.data, orders[i].schemes, len) == 0) {
			longest = len;
			best = orders[i].stack;
		}
	}
	return best;
}

enum stack
stack_of_client(const struct client_hello_detail *hello)
{
	return hello != NULL ? by_order(hello->schemes, HELLO) : STACK_NONE;
}

/* A server sends the same request to all its clients. */
static enum stack
by_request(const struct request *request)
{
	if (request->memo->stack == 0)
		request->memo->stack = 1 + (unsigned)by_order(request->schemes_sent, REQUEST);
	return (enum stack)(request->memo->stack - 1);
}

static bool
version_fits(unsigned versions, enum tls_version v)
{
	if (v == TLS_VERSION_UNKNOWN)
		return true;
	return (versions & (tls_version_is_13(v) ? STACK_ONLY_13 : STACK_TO_12)) != 0;
}

enum stack
stack_of_server(const struct request *request, enum tls_version version, int empty_alert)
{
	enum stack s = request != NULL ? by_request(request) : STACK_NONE;

	for (size_t i = 0; s == STACK_NONE && i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i].alert == empty_alert && version != TLS_VERSION_UNKNOWN &&
		    version_fits(answers[i].versions, version))
			s = answers[i].stack;
	return s;
}

/* --- the dictionary --------------------------------------------------------------------------- */

const struct stack_meaning *
stack_meanings(size_t *count)
{
	*count = MEANINGS;
	return meanings;
}

bool
stack_meaning_fits(const struct stack_meaning *m, enum stack stack, enum tls_version version,
		   int alert)
{
	return m->alert == alert && (stack == STACK_NONE || m->stack == stack) &&
	       version_fits(m->versions, version);
}

static bool
has_cause(const struct stack_meaning *m, enum cause cause)
{
	for (size_t i = 0; i < STACK_CAUSES_MAX && m->causes[i] != CAUSE_none; i++)
		if (m->causes[i] == cause)
			return true;
	return false;
}

bool
stack_alert_means(enum stack stack, enum tls_version version, int alert, enum cause cause)
{
	bool known = false;

	for (size_t i = 0; i < MEANINGS; i++) {
		if (!stack_meaning_fits(&meanings[i], stack, version, alert))
			continue;
		known = true;
		if (has_cause(&meanings[i], cause))
			return true;
	}
	return !known && stack != STACK_NONE &&
	       stack_alert_means(STACK_NONE, version, alert, cause);
}
