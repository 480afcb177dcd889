-- first-failure-after-success: pairs that worked with a certificate, then failed.
-- group: What failed
-- title: since when, per client and server
WITH told AS (
	SELECT session_id, client_ip, server_ip, server_port, sni, started_at, verdict, alert,
		session_id IN (SELECT session_id FROM failed_mutual_auth) AS failed
	FROM sessions
), paired AS (
	SELECT *, max(started_at) FILTER (WHERE NOT failed) OVER (
		PARTITION BY client_ip, server_ip, server_port, sni
		ORDER BY started_at GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_success
	FROM told
	WHERE failed OR verdict = 'mutual_auth_ok'
)
SELECT client_ip, server_ip, server_port, sni, last_success, min(started_at) AS first_failure, session_id, verdict, alert
FROM paired
WHERE failed AND last_success IS NOT NULL
GROUP BY client_ip, server_ip, server_port, sni, last_success
ORDER BY first_failure;
