-- hidden-by-encryption: sessions whose answer rests on sizes, or on nothing; a key log line begins
-- with CLIENT_RANDOM or CLIENT_HANDSHAKE_TRAFFIC_SECRET and this client_random.
-- group: What this data cannot tell
-- title: and which keys would open it
SELECT
	session_id,
	client_ip,
	server_ip,
	server_port,
	sni,
	tls_version,
	verdict,
	evidence,
	confidence,
	client_random
FROM sessions
WHERE evidence IN ('inferred', 'none')
	AND capture_state = 'complete'
	AND (tls_version IN ('TLS1.3', 'DTLS1.3') OR attempt <> 'initial')
ORDER BY session_id;
