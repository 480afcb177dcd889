/*
 * judge.h - a finished session becomes an outcome: attempts, facts, verdict, ladder.
 * The wing's front door, called by pipeline.c; facts.c and verdict.c decide, this only arranges.
 */
#ifndef ANALYZER_VERDICT_JUDGE_H
#define ANALYZER_VERDICT_JUDGE_H

#include "analyzer/outcome.h"
#include "analyzer/tls/session.h"

/* Everything in *out lives in the session's arena or longer. False when memory is short. app_label
 * and interface are left for the caller. */
bool judge_session(struct tls_session *s, enum flow_end why, struct outcome *out);

#endif
