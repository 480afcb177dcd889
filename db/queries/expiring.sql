-- expiring: judged at the last packet of all captures, never at today's date; expired ones too.
-- group: Certificates
-- title: client certificates ending within DAYS
-- param: days=30 days after the last packet
WITH last_packet AS (SELECT max(ended_at) AS at FROM sessions)
SELECT
	s.client_subject AS subject,
	s.client_issuer AS issuer,
	s.client_serial AS serial,
	s.client_not_after AS not_after,
	CAST(floor(julianday(s.client_not_after) - julianday(l.at)) AS INTEGER) AS days_left,
	count(*) AS sessions,
	max(s.started_at) AS last_used
FROM sessions s, last_packet l
WHERE julianday(s.client_not_after) <= julianday(l.at) + CAST(:days AS INTEGER)
GROUP BY s.client_cert_sha256
ORDER BY s.client_not_after, subject;
