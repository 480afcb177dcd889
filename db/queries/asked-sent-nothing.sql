-- asked-sent-nothing: per client and server; tolerated means TLS went on without a certificate.
-- group: Who was asked, who sent what
-- title: clients that answered with no certificate
SELECT
	client_ip,
	server_ip,
	server_port,
	sni,
	count(*) AS sessions,
	sum(outcome = 'accepted') AS tolerated,
	sum(outcome IN ('rejected', 'dropped_no_reply')) AS refused,
	sum(evidence = 'inferred') AS inferred,
	min(session_id) AS example
FROM no_client_certificate
GROUP BY client_ip, server_ip, server_port, sni
ORDER BY refused DESC, sessions DESC, client_ip;
