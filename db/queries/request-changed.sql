-- request-changed: what each request asked for, in order, where a server's requests differ.
-- group: Who was asked, who sent what
-- title: servers whose CA names or algorithms changed
WITH asked AS (
	SELECT session_id, group_concat(kind || '=' || coalesce(value, ''), '; ') AS request
	FROM (SELECT session_id, attempt_no, kind, value FROM certificate_requests ORDER BY session_id, attempt_no, position)
	GROUP BY session_id, attempt_no
), seen AS (
	SELECT s.server_ip, s.server_port, s.sni, a.request, s.started_at, s.session_id
	FROM asked a
	JOIN sessions s ON s.session_id = a.session_id
)
SELECT server_ip, server_port, sni, min(started_at) AS first, max(started_at) AS last, count(*) AS sessions,
	min(session_id) AS example, request
FROM seen o
WHERE EXISTS (SELECT 1 FROM seen x WHERE x.server_ip IS o.server_ip AND x.server_port IS o.server_port
	AND x.sni IS o.sni AND x.request <> o.request)
GROUP BY server_ip, server_port, sni, request
ORDER BY server_ip, server_port, sni, first;
