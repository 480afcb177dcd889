-- failures-by-cause: the first finding of each failed session, or its verdict where there is none.
-- group: What failed
-- title: causes with counts and who can act
WITH failed AS (
	SELECT
		f.session_id,
		f.client_ip,
		f.server_ip || ':' || f.server_port AS server,
		coalesce(g.cause, f.verdict || coalesce(': ' || f.sub_reason, '')) AS cause,
		CASE
			WHEN g.server_fix IS NOT NULL AND g.client_fix IS NOT NULL THEN 'client, server'
			WHEN g.server_fix IS NOT NULL THEN 'server'
			WHEN g.client_fix IS NOT NULL THEN 'client'
			WHEN f.evidence IN ('none', 'inferred') THEN 'key log needed'
			WHEN f.verdict IN ('server_gave_up_waiting', 'server_cert_rejected_by_client') THEN 'client, server'
			WHEN f.verdict LIKE 'no_client_cert%' OR f.verdict LIKE 'client_%' THEN 'client'
			ELSE 'client, server'
		END AS who_acts
	FROM failed_mutual_auth f
	LEFT JOIN findings g ON g.session_id = f.session_id AND g.rank = 1
)
SELECT
	cause,
	count(*) AS sessions,
	count(DISTINCT client_ip) AS clients,
	count(DISTINCT server) AS servers,
	max(who_acts) AS who_acts
FROM failed
GROUP BY cause
ORDER BY sessions DESC, cause;
