/*
 * relate_apply.c - what the rows of pass 2 found becomes the sessions' answers and conclusions.
 * Called by relate.c at the end. The rows of `answer` and `conclusion` are found or made as
 * dictionary.c does it: by content, so that equal ones stay one.
 */
#include "db/relate_impl.h"

/* clang-format off */

/* An attempt is as sure as the weakest fact it needs: raised only when none of them stays behind. */
static const char weigh_sql[] =
	"UPDATE relate_change SET raised = 0 WHERE raised AND EXISTS (SELECT 1 FROM session s "
	"JOIN answer a ON a.id = s.answer_id WHERE s.id = session_id AND (a.confidence <> 'medium' "
	"OR EXISTS (SELECT 1 FROM facts f WHERE f.session_id = s.id "
	"AND f.attempt_no = coalesce(s.attempt_no, 1) AND f.confidence = 'medium' "
	"AND f.fact IN ('resumed', 'client_cert_requested', 'client_cert', 'outcome'))))";

#define ANSWER_COLUMNS \
	"attempt, resumed, client_cert_requested, client_cert, proof, client_finished, server_finished, " \
	"outcome, ended_by, alert, alert_code, alert_from, capture_state, evidence"
#define SAME(column) "b." column " IS a." column
#define SAME_ANSWER \
	SAME("alert_code") " AND " SAME("ended_by") " AND " SAME("client_cert") " AND " SAME("proof") " AND " \
	SAME("outcome") " AND " SAME("capture_state") " AND " SAME("attempt") " AND " SAME("resumed") " AND " \
	SAME("client_cert_requested") " AND " SAME("client_finished") " AND " SAME("server_finished") " AND " \
	SAME("alert") " AND " SAME("alert_from") " AND " SAME("evidence") " AND b.confidence = 'high'"
#define RAISED \
	"answer a WHERE a.id IN (SELECT s.answer_id FROM relate_change h CROSS JOIN session s ON s.id = h.session_id WHERE h.raised)"

/* The bits of a modifier list and those that are added, in the order of the bits. */
#define WORDS \
	"(SELECT group_concat(word, ',') FROM (SELECT word FROM relate_word w WHERE h.modifiers & w.bit " \
	"OR instr(',' || coalesce(v.modifiers, '') || ',', ',' || w.word || ',') ORDER BY w.bit))"

static const char *const change_sql[] = {
    weigh_sql,
    "DELETE FROM relate_change WHERE raised = 0 AND modifiers = 0 AND explanation IS NULL",

    "INSERT INTO revised SELECT s.id, coalesce(s.attempt_no, 1), s.answer_id, s.conclusion_id, "
    "coalesce(h.explanation, "
    "CASE WHEN h.raised THEN (SELECT replace(replace(x.text, '{ms}', coalesce(t.named_ms, '{ms}')), "
    "'confidence: medium', 'confidence: high') FROM story t CROSS JOIN sentence x ON x.id = t.explanation_id "
    "WHERE t.session_id = s.id) END) "
    "FROM relate_change h CROSS JOIN session s ON s.id = h.session_id",
};

static const char *const answer_sql[] = {
    "INSERT INTO answer (" ANSWER_COLUMNS ", confidence) SELECT " ANSWER_COLUMNS ", 'high' FROM " RAISED
    " AND NOT EXISTS (SELECT 1 FROM answer b WHERE " SAME_ANSWER ")",
    "DELETE FROM relate_answer",
    "INSERT INTO relate_answer SELECT a.id, (SELECT b.id FROM answer b WHERE " SAME_ANSWER ") FROM " RAISED,
    "UPDATE session SET answer_id = (SELECT new FROM relate_answer WHERE old = answer_id) "
    "WHERE id IN (SELECT session_id FROM relate_change "
    "WHERE raised)",
};

static const char *const conclusion_sql[] = {
    "DELETE FROM relate_conclusion",
    "INSERT INTO relate_conclusion SELECT v.id, h.modifiers, v.verdict, v.sub_reason, " WORDS ", 0 "
    "FROM (SELECT DISTINCT s.conclusion_id, h.modifiers FROM relate_change h CROSS JOIN session s ON s.id = h.session_id "
    "WHERE h.modifiers <> 0) h JOIN conclusion v ON v.id = h.conclusion_id",
    "INSERT INTO conclusion (verdict, sub_reason, modifiers) "
    "SELECT DISTINCT verdict, sub_reason, words FROM relate_conclusion r WHERE NOT EXISTS "
    "(SELECT 1 FROM conclusion c WHERE c.verdict = r.verdict AND c.sub_reason IS r.sub_reason AND c.modifiers IS r.words)",
    "UPDATE relate_conclusion AS r SET new = (SELECT c.id FROM conclusion c "
    "WHERE c.verdict = r.verdict AND c.sub_reason IS r.sub_reason AND c.modifiers IS r.words)",

    "UPDATE session SET conclusion_id = (SELECT new FROM relate_conclusion r WHERE r.old = conclusion_id "
    "AND r.added = (SELECT h.modifiers FROM relate_change h WHERE h.session_id = session.id)) "
    "WHERE id IN (SELECT session_id FROM relate_change WHERE modifiers <> 0)",
};
/* clang-format on */

/* The words do not change; once for the connection. */
static bool
fill_words(struct database *d)
{
	char word[64];
	bool none;

	if (!relate_none_of(d, "SELECT 1 FROM relate_word", &none))
		return false;
	for (unsigned bit = 1; none && modifiers_text(bit, word, sizeof(word))[0] != '\0';
	     bit <<= 1) {
		const struct relate_value values[] = {{.number = bit}, {.text = word}};

		if (!relate_exec(d, "INSERT INTO relate_word VALUES (?1, ?2)", values, 2))
			return false;
	}
	return true;
}

/* Steps for the changes that the question finds; most captures have those of one kind. */
static bool
apply(struct database *d, const char *question, const char *const *steps, size_t count)
{
	bool none;

	return relate_none_of(d, question, &none) && (none || relate_exec_all(d, steps, count));
}

#define STEPS(list) list, sizeof(list) / sizeof(list[0])

bool
relate_apply(struct database *d)
{
	return fill_words(d) && apply(d, "SELECT 1 FROM relate_change", STEPS(change_sql)) &&
	       apply(d, "SELECT 1 FROM relate_change WHERE raised", STEPS(answer_sql)) &&
	       apply(d, "SELECT 1 FROM relate_change WHERE modifiers <> 0", STEPS(conclusion_sql));
}
