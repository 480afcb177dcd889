/*
 * facts.h - what is known of one attempt, each fact with its evidence.
 * Between mutual_auth.c (events) and verdict.c (rules). A pure function of the trace and the
 * attempt: nothing here depends on another session. Facts and values: verdicts.md section 1 of the
 * design.
 */
#ifndef ANALYZER_VERDICT_FACTS_H
#define ANALYZER_VERDICT_FACTS_H

#include "analyzer/verdict/mutual_auth.h"

enum { FACT_STEPS_MAX = 3 };

/* value: of the fact's enum. basis: one sentence, static unless it was written for this session.
 * steps: what it rests on. */
struct fact {
	int value;
	bool written;
	enum evidence evidence;
	enum confidence confidence;
	const char *basis;
	const struct step *steps[FACT_STEPS_MAX];
};

/* How far the attempt came. */
enum stage {
	STAGE_HELLO,         /* no ServerHello */
	STAGE_SERVER_FLIGHT, /* ServerHello, but the server's flight is not over */
	STAGE_ANSWER,        /* it was the client's turn */
	STAGE_FINISHED,      /* both sides finished */
	STAGE_HIDDEN,        /* what followed the hello can't be read */
	STAGE_UNSEEN,        /* no hello was captured */
};

/* What ended the attempt before it was finished. */
enum ending {
	ENDING_NONE,
	ENDING_CLIENT_CERT_ALERT, /* a fatal alert about a certificate, from the client */
	ENDING_CLIENT_ALERT,      /* another, or one that can't be read */
	ENDING_CLIENT_CLOSE,      /* FIN or RST */
	ENDING_SERVER_ALERT,
	ENDING_SERVER_CLOSE,
};

struct facts {
	struct fact resumed;         /* enum answer */
	struct fact requested;       /* enum answer */
	struct fact client_cert;     /* enum client_cert */
	struct fact proof;           /* enum proof */
	struct fact client_finished; /* enum answer */
	struct fact server_finished; /* enum answer */
	struct fact outcome;         /* enum reaction */
	struct fact ended_by;        /* enum ended_by */
	enum stage stage;
	enum ending ending;
	const struct step *end_step; /* of ended_by; NULL when nothing ended it */
	const struct step *alert;    /* the fatal, readable alert that decided; NULL none */
	const struct step *answer;   /* the client's Certificate, or what it sent instead */
	unsigned capture_state;      /* enum capture_state */
	unsigned modifiers;          /* enum modifier */
};

/* A fact that rests on steps a and b (either may be NULL); and one that was read in them: observed,
 * or decrypted when one of them was. */
static inline struct fact
fact_state(int value, enum evidence evidence, enum confidence confidence, const char *basis,
	   const struct step *a, const struct step *b)
{
	return (struct fact){.value = value,
			     .evidence = evidence,
			     .confidence = confidence,
			     .basis = basis,
			     .steps = {a, b}};
}

static inline struct fact
fact_read(int value, const char *basis, const struct step *a, const struct step *b)
{
	bool decrypted = (a != NULL && a->decrypted) || (b != NULL && b->decrypted);

	return fact_state(value, decrypted ? EVIDENCE_DECRYPTED : EVIDENCE_OBSERVED,
			  CONFIDENCE_CERTAIN, basis, a, b);
}

/* Facts of attempt i. why: how the flow ended. */
void facts_of(struct facts *f, const struct mutual_auth *m, size_t i, enum flow_end why);

#endif
