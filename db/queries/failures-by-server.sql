-- failures-by-server: every server that asked at least once, with the share it refused.
-- group: What failed
-- title: servers, what they ask for, how often they refuse
SELECT
	s.server_ip,
	s.server_port,
	s.sni,
	count(*) AS sessions,
	sum(s.client_cert_requested = 'yes') AS asked,
	sum(s.session_id IN (SELECT session_id FROM failed_mutual_auth)) AS failed,
	sum(s.client_cert = 'empty') AS without_certificate,
	group_concat(DISTINCT s.alert) AS alerts
FROM sessions s
GROUP BY s.server_ip, s.server_port, s.sni
HAVING asked > 0 OR failed > 0
ORDER BY failed DESC, sessions DESC, s.server_ip, s.server_port;
