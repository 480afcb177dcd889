/*
 * stack.h - which TLS stack an end runs, as far as its messages tell, and how its alerts are to be
 * read. Rows in stacks.def and alert_dictionary.def. Used by conditions.c and `explain`.
 *
 * A guess is made from what a stack's defaults are known to send, never from the alert it is then
 * used to read; NULL or STACK_NONE when nothing speaks for one.
 */
#ifndef ANALYZER_VERDICT_STACK_H
#define ANALYZER_VERDICT_STACK_H

#include "analyzer/tls/session.h"
#include "analyzer/verdict/causes.h"

enum stack {
	STACK_NONE,
#define STACK(constant, key, name, answer) STACK_##constant,
#include "analyzer/verdict/stacks.def"
	STACK_COUNT,
};

/* What a client of this stack does when the request names other CAs. */
enum stack_answer { STACK_UNKNOWN, STACK_SENDS, STACK_WITHHOLDS };

const char *stack_name(enum stack s); /* NULL for STACK_NONE */
const char *stack_key(enum stack s);
enum stack_answer stack_answer(enum stack s);
/* By key or name, whatever the case; STACK_NONE when there is none. */
enum stack stack_find(const char *key);

/* By the order of its signature schemes. */
enum stack stack_of_client(const struct client_hello_detail *hello);
/* request: NULL when none was read. empty_alert: the alert that answered an empty Certificate, -1
 * none. */
enum stack stack_of_server(const struct request *request, enum tls_version version,
			   int empty_alert);

enum { STACK_CAUSES_MAX = 12 };

/* A row of the dictionary. */
struct stack_meaning {
	enum stack stack;
	int alert;
	unsigned versions;                   /* STACK_TO_12 | STACK_ONLY_13 */
	const char *note;                    /* "" without */
	enum cause causes[STACK_CAUSES_MAX]; /* up to the first CAUSE_none */
};
enum { STACK_TO_12 = 1, STACK_ONLY_13 = 2 };

const struct stack_meaning *stack_meanings(size_t *count);
/* Does the row hold for this stack (STACK_NONE: any), version (unknown: any) and alert? */
bool stack_meaning_fits(const struct stack_meaning *m, enum stack stack, enum tls_version version,
			int alert);
/* Can the alert mean this cause? A stack without a row for the alert is read like an unknown one.
 */
bool stack_alert_means(enum stack stack, enum tls_version version, int alert, enum cause cause);

#endif
