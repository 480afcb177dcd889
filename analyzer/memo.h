/*
 * memo.h - a small memory of answers that depend on nothing but a few words.
 * Kept by tls/run.h for those who ask the same of most sessions. Bounded: a newcomer takes the slot
 * of its hash. Answers are kept with their whole question, so no two questions are taken for one.
 */
#ifndef ANALYZER_MEMO_H
#define ANALYZER_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { MEMO_SLOTS = 64, MEMO_WORDS = 3, MEMO_ANSWER_MAX = 31 };

struct memo_question {
	uint64_t word[MEMO_WORDS];
};

struct memo_slot {
	struct memo_question question;
	bool used;
	uint8_t answer[MEMO_ANSWER_MAX];
};

/* Zero-initialised is empty and ready. */
struct memo {
	struct memo_slot slots[MEMO_SLOTS];
};

/* Where the answer to that question stands, when it is known, or may be put. */
static inline struct memo_slot *
memo_slot(struct memo *m, const struct memo_question *q)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < MEMO_WORDS; i++)
		sum = (sum ^ q->word[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return &m->slots[sum >> 32 & (MEMO_SLOTS - 1)];
}

static inline bool
memo_knows(const struct memo_slot *s, const struct memo_question *q)
{
	return s->used && memcmp(&s->question, q, sizeof(*q)) == 0;
}

#endif
