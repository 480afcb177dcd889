-- failures-by-server: every server that asked at least once, with the share it refused.
-- group: What failed
-- title: servers, what they ask for, how often they refuse
SELECT
	s.server_ip,
	s.server_port,
	s.sni,
	count(*) AS sessions,
	sum(s.client_cert_requested = 'yes') AS asked,
	sum(f.session_id IS NOT NULL) AS failed,
	sum(s.client_cert = 'empty') AS without_certificate,
	group_concat(DISTINCT s.alert) AS alerts
FROM sessions s
LEFT JOIN failed_mutual_auth f ON f.session_id = s.session_id
GROUP BY s.server_ip, s.server_port, s.sni
HAVING asked > 0 OR failed > 0
ORDER BY failed DESC, sessions DESC, s.server_ip, s.server_port;
