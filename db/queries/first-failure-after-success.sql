-- first-failure-after-success: pairs that worked with a certificate, then failed.
-- group: What failed
-- title: since when, per client and server
WITH good AS (
	SELECT client_ip, server_ip, server_port, sni, started_at
	FROM sessions
	WHERE verdict = 'mutual_auth_ok' AND session_id NOT IN (SELECT session_id FROM failed_mutual_auth)
), bad AS (
	SELECT f.session_id, f.client_ip, f.server_ip, f.server_port, f.sni, f.started_at, f.verdict, f.alert,
		(SELECT max(g.started_at) FROM good g
			WHERE g.client_ip IS f.client_ip AND g.server_ip IS f.server_ip AND g.server_port IS f.server_port
			AND g.sni IS f.sni AND g.started_at < f.started_at) AS last_success
	FROM failed_mutual_auth f
)
SELECT client_ip, server_ip, server_port, sni, last_success, min(started_at) AS first_failure, session_id, verdict, alert
FROM bad
WHERE last_success IS NOT NULL
GROUP BY client_ip, server_ip, server_port, sni, last_success
ORDER BY first_failure;
