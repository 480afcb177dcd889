/*
 * relate_sessions.c - records of sessions, chunk by chunk. See relate_sessions.h.
 */
#include "db/relate_sessions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	CHUNKS_KEPT = 1, /* from capture to capture */
	HUGE_PAGE = 2 * 1024 * 1024,
};
static_assert(sizeof(struct relate_chunk) <= HUGE_PAGE, "a chunk is in one huge page");

struct relate_capture *
relate_sessions_capture(struct relate_sessions *l)
{
	struct relate_capture *all =
	    relate_room(l->captures, l->n_captures, &l->captures_room, sizeof(*all));

	if (all == NULL)
		return NULL;
	l->captures = all;
	all[l->n_captures] = (struct relate_capture){.first = (uint32_t)l->count};
	return &all[l->n_captures++];
}

/* Most captures need a part of the first chunk; of those behind it all of each is soon needed, and
 * a huge page is one fault instead of hundreds. */
static struct relate_chunk *
make_chunk(bool first)
{
	struct relate_chunk *c = first ? malloc(sizeof(*c)) : aligned_alloc(HUGE_PAGE, HUGE_PAGE);

	if (c != NULL && !first)
		madvise(c, HUGE_PAGE, MADV_HUGEPAGE); /* a wish: without it all works as well */
	return c;
}

static bool
grow(struct relate_sessions *l)
{
	struct relate_chunk **chunks =
	    relate_room(l->chunks, l->n_chunks, &l->chunks_room, sizeof(struct relate_chunk *));

	if (chunks == NULL)
		return false;
	l->chunks = chunks;
	chunks[l->n_chunks] = make_chunk(l->n_chunks == 0);
	if (chunks[l->n_chunks] == NULL)
		return false;
	l->n_chunks++;
	return true;
}

struct relate_session *
relate_sessions_add(struct relate_sessions *l, uint64_t first_frame)
{
	size_t i = l->count;

	if (i == l->n_chunks * RELATE_CHUNK && !grow(l))
		return NULL;
	*relate_sessions_ends_at(l, i) = (struct relate_ends){0};
	*relate_sessions_random_at(l, i) = 0;
	*relate_sessions_at(l, i) = (struct relate_session){
	    .place = (uint64_t)l->n_captures << RELATE_FRAME_BITS | first_frame,
	    .capture = (uint32_t)l->n_captures - 1,
	    .weight = RELATE_FINDINGS_UNKNOWN,
	};
	l->count++;
	return relate_sessions_at(l, i);
}

static uint64_t
word_at(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* RELATE_NO_ADDRESS for an IPv6 address: no memory. */
static uint8_t
address(struct relate_sessions *l, const struct outcome_endpoint *e, uint32_t *number)
{
	const struct relate_key key = {word_at(e->addr), word_at(e->addr + 8), 0};

	*number = 0;
	if (e->family == 4) {
		memcpy(number, e->addr, 4);
		return RELATE_IPV4;
	}
	if (e->family == 6)
		*number = relate_map_add(&l->ipv6, &key);
	return *number != 0 ? RELATE_IPV6 : RELATE_NO_ADDRESS;
}

bool
relate_sessions_ends(struct relate_sessions *l, const struct outcome_endpoint *client,
		     const struct outcome_endpoint *server, uint32_t name)
{
	struct relate_ends *e = relate_sessions_ends_at(l, l->count - 1);

	e->client_is = address(l, client, &e->client);
	e->server_is = address(l, server, &e->server);
	e->port = server->port;
	e->name = name;
	return (e->client_is != RELATE_NO_ADDRESS || client->family == 0) &&
	       (e->server_is != RELATE_NO_ADDRESS || server->family == 0);
}

struct outcome_endpoint
relate_sessions_endpoint(const struct relate_sessions *l, uint64_t address)
{
	struct outcome_endpoint e = {0};
	uint32_t number = (uint32_t)address;

	if (address >> 32 == RELATE_IPV4) {
		e.family = 4;
		memcpy(e.addr, &number, 4);
	} else if (address >> 32 == RELATE_IPV6) {
		e.family = 6;
		memcpy(e.addr, &l->ipv6.keys[number - 1].a, 8);
		memcpy(e.addr + 8, &l->ipv6.keys[number - 1].b, 8);
	}
	return e;
}

void
relate_sessions_random(struct relate_sessions *l, const uint8_t random[32])
{
	uint64_t words[4];

	if (random == NULL)
		return;
	memcpy(words, random, sizeof(words));
	*relate_sessions_random_at(l, l->count - 1) = relate_hash(words, 4, l->seed) | 1;
}

int
relate_weight(const char *severity, bool explains, const char *certainty)
{
	int s = strcmp(severity, "failure") == 0 ? 0 : strcmp(severity, "warning") == 0 ? 1 : 2;
	int c = strcmp(certainty, "proven") == 0 ? 0 : strcmp(certainty, "likely") == 0 ? 1 : 2;

	return s * 6 + !explains * 3 + c;
}

/* FNV-1a */
uint32_t
relate_cause(const char *name)
{
	uint32_t h = 2166136261;

	for (; *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * 16777619;
	return h;
}

void
relate_sessions_findings(struct relate_sessions *l, const struct outcome_finding *all, size_t count)
{
	struct relate_session *s = relate_sessions_at(l, l->count - 1);

	if (count == 0)
		s->weight = RELATE_FINDINGS_NONE;
	if (count != 1 || all[0].rank != 1)
		return;
	s->cause = relate_cause(all[0].cause);
	s->weight = (uint8_t)relate_weight(all[0].severity, all[0].explains, all[0].certainty);
}

int64_t
relate_sessions_id(const struct relate_sessions *l, size_t i)
{
	const struct relate_capture *c = &l->captures[relate_sessions_at(l, i)->capture];

	return c->first_id + (int64_t)(i - c->first);
}

void
relate_sessions_reset(struct relate_sessions *l)
{
	if (l->n_chunks > CHUNKS_KEPT)
		relate_sessions_finish(l);
	if (l->seed == 0)
		l->seed = relate_map_seed() | 1;
	relate_map_clear(&l->ipv6);
	l->count = 0;
	l->n_captures = 0;
}

void
relate_sessions_finish(struct relate_sessions *l)
{
	for (size_t i = 0; i < l->n_chunks; i++)
		free(l->chunks[i]);
	free(l->chunks);
	free(l->captures);
	relate_map_finish(&l->ipv6);
	*l = (struct relate_sessions){0};
}
