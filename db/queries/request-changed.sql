-- request-changed: what each request asked for, in order, where a server's requests differ.
-- group: Who was asked, who sent what
-- title: servers whose CA names or algorithms changed
WITH asked AS (
	SELECT session_id, group_concat(kind || '=' || coalesce(value, ''), '; ') AS request
	FROM (SELECT session_id, attempt_no, kind, value FROM certificate_requests ORDER BY session_id, attempt_no, position)
	GROUP BY session_id, attempt_no
), told AS (
	SELECT s.server_ip, s.server_port, s.sni, min(s.started_at) AS first, max(s.started_at) AS last,
		count(*) AS sessions, min(s.session_id) AS example, a.request,
		count(*) OVER (PARTITION BY s.server_ip, s.server_port, s.sni) AS requests
	FROM asked a
	JOIN sessions s ON s.session_id = a.session_id
	GROUP BY s.server_ip, s.server_port, s.sni, a.request
)
SELECT server_ip, server_port, sni, first, last, sessions, example, request
FROM told
WHERE requests > 1
ORDER BY server_ip, server_port, sni, first, request;
