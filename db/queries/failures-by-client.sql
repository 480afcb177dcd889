-- failures-by-client: clients by address and certificate; a client without one has no name.
-- group: What failed
-- title: clients, what they sent, how often refused
SELECT
	client_ip,
	client_subject,
	client_cert AS sent,
	count(*) AS failed,
	group_concat(DISTINCT coalesce(alert, verdict)) AS answers,
	min(started_at) AS first,
	max(started_at) AS last
FROM failed_mutual_auth
GROUP BY client_ip, client_subject, client_cert
ORDER BY failed DESC, client_ip;
