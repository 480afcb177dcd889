-- not-asked: servers none of whose sessions held a CertificateRequest, where that could be known.
-- group: Who was asked, who sent what
-- title: servers that never asked
SELECT
	server_ip,
	server_port,
	sni,
	count(*) AS sessions,
	sum(client_cert_requested = 'no') AS not_asked,
	sum(client_cert_requested = 'unknown') AS unknown,
	sum(resumed = 'yes') AS resumed
FROM sessions
GROUP BY server_ip, server_port, sni
HAVING sum(client_cert_requested = 'yes') = 0 AND not_asked > 0
ORDER BY sessions DESC, server_ip, server_port;
