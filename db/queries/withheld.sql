-- withheld: the client answered with none, although it used a certificate elsewhere in this data;
-- fits says whether that one's issuer is among the CA names of the request (NULL: it named none).
-- group: Certificates
-- title: issuer or key type outside what was asked for
WITH owned AS (
	SELECT DISTINCT client_ip, client_subject, client_issuer, client_cert_sha256
	FROM sessions WHERE client_cert_sha256 IS NOT NULL
), silent AS (
	SELECT session_id, client_ip, server_ip, server_port, sni FROM no_client_certificate
)
SELECT
	q.client_ip,
	q.server_ip,
	q.server_port,
	q.sni,
	o.client_subject AS has,
	o.client_issuer AS issued_by,
	c.key_type,
	max((SELECT CASE WHEN count(*) > 0 THEN coalesce(sum(r.value = o.client_issuer), 0) > 0 END
		FROM certificate_requests r WHERE r.session_id = q.session_id AND r.kind = 'ca_name')) AS fits,
	count(*) AS sessions,
	min(q.session_id) AS example
FROM silent q
JOIN owned o ON o.client_ip = q.client_ip
LEFT JOIN certificates c ON c.certificate_sha256 = o.client_cert_sha256
GROUP BY q.client_ip, q.server_ip, q.server_port, q.sni, o.client_cert_sha256
ORDER BY sessions DESC, q.client_ip;
