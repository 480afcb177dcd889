-- failures-by-issuer: sessions in which a certificate could be read, per issuer.
-- group: What failed
-- title: CAs whose certificates are refused
SELECT
	client_issuer AS issuer,
	sum(session_id IN (SELECT session_id FROM failed_mutual_auth)) AS refused,
	sum(session_id NOT IN (SELECT session_id FROM failed_mutual_auth)) AS other,
	count(DISTINCT client_cert_sha256) AS certificates,
	group_concat(DISTINCT alert) AS alerts
FROM sessions
WHERE client_issuer IS NOT NULL
GROUP BY client_issuer
HAVING refused > 0
ORDER BY refused DESC, issuer;
