/*
 * store_sweep.c - rows of dictionaries that nobody refers to any more go.
 * Called by store.c when a database is closed, after captures were deleted.
 */
#include "db/store_impl.h"

/* What only deleted captures referred to: their certificates would still be seen, their names still
 * be in the file. The other dictionaries hold our own words. */
bool
store_sweep(struct store *s)
{
	static const char sql[] =
	    "BEGIN IMMEDIATE;"
	    "DELETE FROM chain WHERE id NOT IN"
	    " (SELECT CAST(value AS INTEGER) FROM story, json_each(story.chains));"
	    "DELETE FROM certificate WHERE id NOT IN"
	    " (SELECT CAST(value AS INTEGER) FROM chain, json_each(chain.certificates));"
	    "CREATE TEMP TABLE used AS SELECT DISTINCT CAST(value AS INTEGER) AS id"
	    " FROM story, json_each(story.requests);"
	    "DELETE FROM request_item WHERE request_id NOT IN (SELECT id FROM used);"
	    "DELETE FROM request WHERE id NOT IN (SELECT id FROM used);"
	    "DROP TABLE used;"
	    "DELETE FROM name WHERE id NOT IN"
	    " (SELECT sni_id FROM session WHERE sni_id IS NOT NULL UNION"
	    " SELECT eap_identity_id FROM session WHERE eap_identity_id IS NOT NULL);"
	    "DELETE FROM finding_list WHERE id NOT IN"
	    " (SELECT findings_id FROM session WHERE findings_id IS NOT NULL);"
	    "DELETE FROM finding WHERE list_id NOT IN (SELECT id FROM finding_list);"
	    "DELETE FROM diagnosis WHERE id NOT IN (SELECT diagnosis_id FROM finding);"
	    "DELETE FROM sentence WHERE id NOT IN"
	    " (SELECT explanation_id FROM story WHERE explanation_id IS NOT NULL UNION"
	    " SELECT explanation_id FROM diagnosis WHERE explanation_id IS NOT NULL UNION"
	    " SELECT server_fix_id FROM diagnosis WHERE server_fix_id IS NOT NULL UNION"
	    " SELECT client_fix_id FROM diagnosis WHERE client_fix_id IS NOT NULL UNION"
	    " SELECT explanation_id FROM revised WHERE explanation_id IS NOT NULL UNION"
	    " SELECT explanation_id FROM revised_finding WHERE explanation_id IS NOT NULL UNION"
	    " SELECT server_fix_id FROM revised_finding WHERE server_fix_id IS NOT NULL UNION"
	    " SELECT client_fix_id FROM revised_finding WHERE client_fix_id IS NOT NULL);"
	    "DELETE FROM ladder WHERE id NOT IN"
	    " (SELECT ladder_id FROM story WHERE ladder_id IS NOT NULL);"
	    "DELETE FROM fact_list WHERE id NOT IN"
	    " (SELECT facts_id FROM story WHERE facts_id IS NOT NULL);"
	    "DELETE FROM claim WHERE id NOT IN"
	    " (SELECT CAST(value AS INTEGER) FROM fact_list, json_each(fact_list.items) UNION"
	    " SELECT claim_id FROM revised_fact);"
	    "DELETE FROM profile WHERE id NOT IN (SELECT profile_id FROM session);"
	    "DELETE FROM incident WHERE id NOT IN"
	    " (SELECT incident_id FROM capture WHERE incident_id IS NOT NULL);"
	    "UPDATE state SET sweep = 0;"
	    "COMMIT";
	int64_t due;

	if (!database_number(&s->d, "SELECT sweep FROM state", &due))
		return false;
	if (due == 0 || database_exec(&s->d, sql))
		return true;
	if (sqlite3_get_autocommit(s->d.db) == 0)
		sqlite3_exec(s->d.db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}
