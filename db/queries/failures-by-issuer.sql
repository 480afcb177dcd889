-- failures-by-issuer: sessions in which a certificate could be read, per issuer.
-- group: What failed
-- title: CAs whose certificates are refused
SELECT
	s.client_issuer AS issuer,
	sum(f.session_id IS NOT NULL) AS refused,
	sum(f.session_id IS NULL) AS other,
	count(DISTINCT s.client_cert_sha256) AS certificates,
	group_concat(DISTINCT f.alert) AS alerts
FROM sessions s
LEFT JOIN failed_mutual_auth f ON f.session_id = s.session_id
WHERE s.client_issuer IS NOT NULL
GROUP BY s.client_issuer
HAVING refused > 0
ORDER BY refused DESC, issuer;
