-- views.sql - the contract: these views and columns are what users and scripts rely on.
-- No JSON function but json_each (the others are refused in views under trusted_schema=0). How
-- the items of JSON lists are written is in schema.sql. A LEFT JOIN nobody selects from costs
-- nothing, so counts never touch `story`, though its row is always there. Nanoseconds are floored, for times before 1970.

CREATE VIEW sessions AS
SELECT
	s.id AS session_id,
	s.capture_id,
	lower(substr(hex(c.xxh3), 1, 8)) || '-' || s.first_frame AS session_key,
	c.path AS capture_path,
	i.name AS incident,
	p.transport,
	p.carrier,
	p.app_label,
	s.client_ip,
	s.client_port,
	s.server_ip,
	s.server_port,
	CASE WHEN s.client_mac IS NOT NULL THEN
		printf('%02x:%02x:%02x:%02x:%02x:%02x', s.client_mac >> 40, s.client_mac >> 32 & 255,
			s.client_mac >> 24 & 255, s.client_mac >> 16 & 255, s.client_mac >> 8 & 255,
			s.client_mac & 255) END AS client_mac,
	e.text AS eap_identity,
	p.vlan,
	p.interface,
	t.community_id,
	s.stream,
	s.first_frame,
	s.last_frame,
	strftime('%Y-%m-%dT%H:%M:%S', (s.started_ns - 999999999 * (s.started_ns < 0)) / 1000000000, 'unixepoch')
		|| printf('.%09dZ', (s.started_ns % 1000000000 + 1000000000) % 1000000000) AS started_at,
	strftime('%Y-%m-%dT%H:%M:%S', (s.ended_ns - 999999999 * (s.ended_ns < 0)) / 1000000000, 'unixepoch')
		|| printf('.%09dZ', (s.ended_ns % 1000000000 + 1000000000) % 1000000000) AS ended_at,
	p.tls_version,
	p.cipher_suite,
	n.text AS sni,
	p.alpn,
	p.ja4,
	p.ech,
	CASE WHEN t.client_random IS NOT NULL THEN lower(hex(t.client_random)) END AS client_random,
	CASE WHEN t.server_random IS NOT NULL THEN lower(hex(t.server_random)) END AS server_random,
	a.resumed,
	a.attempt,
	a.client_cert_requested,
	a.client_cert,
	a.proof,
	a.client_finished,
	a.server_finished,
	a.outcome,
	a.ended_by,
	a.alert,
	a.alert_code,
	a.alert_from,
	a.capture_state,
	a.evidence,
	a.confidence,
	v.verdict,
	v.sub_reason,
	v.modifiers,
	coalesce((SELECT text FROM sentence WHERE id = w.explanation_id),
		replace(x.text, '{ms}', coalesce(t.named_ms, '{ms}'))) AS explanation,
	p.client_stack,
	p.server_stack,
	cc.subject AS client_subject,
	cc.issuer AS client_issuer,
	cc.serial AS client_serial,
	strftime('%Y-%m-%dT%H:%M:%SZ', cc.not_before, 'unixepoch') AS client_not_before,
	strftime('%Y-%m-%dT%H:%M:%SZ', cc.not_after, 'unixepoch') AS client_not_after,
	CASE WHEN cc.sha256 IS NOT NULL THEN lower(hex(cc.sha256)) END AS client_cert_sha256,
	sc.subject AS server_subject,
	sc.issuer AS server_issuer,
	strftime('%Y-%m-%dT%H:%M:%SZ', sc.not_before, 'unixepoch') AS server_not_before,
	strftime('%Y-%m-%dT%H:%M:%SZ', sc.not_after, 'unixepoch') AS server_not_after,
	CASE WHEN sc.sha256 IS NOT NULL THEN lower(hex(sc.sha256)) END AS server_cert_sha256,
	CASE WHEN s.client_ip IS NULL OR s.server_ip IS NULL THEN ''
		WHEN instr(s.client_ip, ':') THEN
			'ipv6.addr==' || s.client_ip || ' && ipv6.addr==' || s.server_ip || ' && '
		ELSE 'ip.addr==' || s.client_ip || ' && ip.addr==' || s.server_ip || ' && ' END
		|| CASE WHEN s.client_port > 0 AND s.server_port > 0 THEN
			CASE p.transport WHEN 'tcp' THEN 'tcp' ELSE 'udp' END || '.port==' || s.client_port || ' && '
			|| CASE p.transport WHEN 'tcp' THEN 'tcp' ELSE 'udp' END || '.port==' || s.server_port || ' && '
			ELSE '' END
		|| 'frame.number>=' || s.first_frame || ' && frame.number<=' || s.last_frame AS display_filter
FROM session s
JOIN answer a ON a.id = s.answer_id
JOIN conclusion v ON v.id = s.conclusion_id
LEFT JOIN capture c ON c.id = s.capture_id
LEFT JOIN profile p ON p.id = s.profile_id
LEFT JOIN story t ON t.session_id = s.id
LEFT JOIN sentence x ON x.id = t.explanation_id
LEFT JOIN revised w ON w.session_id = s.id
LEFT JOIN incident i ON i.id = c.incident_id
LEFT JOIN name n ON n.id = s.sni_id
LEFT JOIN name e ON e.id = s.eap_identity_id
LEFT JOIN certificate cc ON cc.id = s.client_certificate_id
LEFT JOIN certificate sc ON sc.id = s.server_certificate_id;

CREATE VIEW attempts AS
SELECT
	t.session_id,
	CASE instr(j.value, '#') WHEN 0 THEN 1
		ELSE CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) END AS attempt_no,
	a.attempt,
	a.resumed,
	a.client_cert_requested,
	a.client_cert,
	a.proof,
	a.client_finished,
	a.server_finished,
	a.outcome,
	a.ended_by,
	a.alert,
	a.alert_code,
	a.alert_from,
	a.capture_state,
	a.evidence,
	a.confidence
FROM story t
JOIN session s ON s.id = t.session_id
JOIN json_each(coalesce(t.attempts, s.answer_id)) j
LEFT JOIN revised w ON w.session_id = t.session_id
	AND w.attempt_no = CASE instr(j.value, '#') WHEN 0 THEN 1
		ELSE CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) END
JOIN answer a ON a.id = iif(w.session_id IS NULL, CAST(j.value AS INTEGER), s.answer_id);

-- moments: their numbers, `digits` each; six at most.
CREATE VIEW facts AS
SELECT
	session_id,
	attempt_no,
	fact,
	value,
	evidence,
	confidence,
	basis,
	iif(moments = '', told, (first_frame + substr(frames, 1 + frame_digits
			* substr(moments, 1, digits), frame_digits))
		|| iif(length(moments) <= digits, '', ',' || (first_frame + substr(frames, 1 + frame_digits
			* substr(moments, 1 + digits, digits), frame_digits))
		|| iif(length(moments) <= 2 * digits, '', ',' || (first_frame + substr(frames, 1 + frame_digits
			* substr(moments, 1 + 2 * digits, digits), frame_digits))
		|| iif(length(moments) <= 3 * digits, '', ',' || (first_frame + substr(frames, 1 + frame_digits
			* substr(moments, 1 + 3 * digits, digits), frame_digits))
		|| iif(length(moments) <= 4 * digits, '', ',' || (first_frame + substr(frames, 1 + frame_digits
			* substr(moments, 1 + 4 * digits, digits), frame_digits))
		|| iif(length(moments) <= 5 * digits, '', ',' || (first_frame + substr(frames, 1 + frame_digits
			* substr(moments, 1 + 5 * digits, digits), frame_digits)))))))) AS frames
FROM (
	SELECT
		t.session_id,
		CASE instr(j.value, '#') WHEN 0 THEN 1
			ELSE CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) END AS attempt_no,
		k.fact,
		CASE instr(j.value, '=') WHEN 0 THEN k.value
			ELSE (SELECT v.value FROM json_each(t.fact_values) v
				WHERE v.key = CAST(substr(j.value, instr(j.value, '=') + 1) AS INTEGER)) END AS value,
		coalesce(n.evidence, k.evidence) AS evidence,
		coalesce(n.confidence, k.confidence) AS confidence,
		coalesce(n.basis, iif(k.names_ms, replace(k.basis, '{ms}', t.named_ms), k.basis)) AS basis,
		NULL AS told,
		s.first_frame,
		t.frames,
		t.frame_digits,
		l.digits,
		substr(j.value, instr(j.value, '@') + 1) AS moments
	FROM story t
	JOIN session s ON s.id = t.session_id
	JOIN fact_list l ON l.id = t.facts_id
	JOIN json_each(l.items) j
	JOIN claim k ON k.id = CAST(j.value AS INTEGER)
	LEFT JOIN revised_fact r ON r.session_id = t.session_id AND r.fact = k.fact AND r.instead = 1
		AND r.attempt_no = CASE instr(j.value, '#') WHEN 0 THEN 1
			ELSE CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) END
	LEFT JOIN claim n ON n.id = r.claim_id
	UNION ALL
	SELECT r.session_id, r.attempt_no, r.fact, r.value, k.evidence, k.confidence, k.basis, r.frames, 0, '', 0, 0, ''
	FROM revised_fact r
	JOIN claim k ON k.id = r.claim_id
	WHERE r.instead = 0);

CREATE VIEW messages AS
SELECT
	session_id,
	attempt_no,
	message_no,
	frame,
	strftime('%Y-%m-%dT%H:%M:%S', (ns - 999999999 * (ns < 0)) / 1000000000, 'unixepoch')
		|| printf('.%09dZ', (ns % 1000000000 + 1000000000) % 1000000000) AS time,
	sender,
	kind,
	name,
	length,
	evidence,
	repeated,
	level,
	code
FROM (
	SELECT
		t.session_id,
		CASE instr(j.value, '#') WHEN 0 THEN 1
			ELSE CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) END AS attempt_no,
		j.key + 1 AS message_no,
		s.first_frame + substr(t.frames, 1 + t.frame_digits * substr(j.value, -l.digits), t.frame_digits) AS frame,
		s.started_ns + substr(t.times, 1 + t.time_digits * substr(j.value, -l.digits), t.time_digits) AS ns,
		k.sender,
		k.kind,
		k.name,
		CASE WHEN t.size_digits = 0 OR instr(j.value, '/') = 0
			THEN CAST(substr(j.value, instr(j.value, ':') + 1) AS INTEGER)
			ELSE CAST(substr(t.sizes, 1 + t.size_digits
				* CAST(substr(j.value, instr(j.value, '/') + 1) AS INTEGER), t.size_digits) AS INTEGER)
			END AS length,
		k.evidence,
		CASE WHEN instr(j.value, 'x') = 0 THEN 0
			WHEN instr(j.value, '/') = 0 THEN CAST(substr(j.value, instr(j.value, 'x') + 1) AS INTEGER)
			ELSE CAST(substr(t.sizes, 1 + t.size_digits
				* CAST(substr(j.value, instr(j.value, 'x') + 1) AS INTEGER), t.size_digits) AS INTEGER)
			END AS repeated,
		CASE k.level WHEN 1 THEN 'warning' WHEN 2 THEN 'fatal' ELSE CAST(k.level AS TEXT) END AS level,
		k.code
	FROM story t
	JOIN session s ON s.id = t.session_id
	JOIN ladder l ON l.id = t.ladder_id
	JOIN json_each(l.items) j
	JOIN step k ON k.id = CAST(j.value AS INTEGER));

CREATE VIEW alerts AS
SELECT * FROM messages WHERE kind = 'alert';

-- Verdicts that are failures by themselves, one that is when a certificate was asked for, and any
-- with a modifier that says the connection failed above or after TLS. The first condition is about
-- `conclusion` alone and called unlikely, so that its few rows lead to the sessions by the index.
CREATE VIEW failed_mutual_auth AS
SELECT * FROM sessions
WHERE unlikely(verdict IN ('no_client_cert_rejected', 'no_client_cert_dropped', 'no_client_cert_unknown_outcome',
		'client_cert_rejected', 'client_cert_dropped', 'client_cert_proof_failed',
		'client_aborted_on_request', 'server_gave_up_waiting', 'client_answer_missing',
		'server_cert_rejected_by_client')
		OR modifiers LIKE '%app_layer_refusal%' OR modifiers LIKE '%dropped_after_accept%')
	AND (verdict <> 'server_cert_rejected_by_client' OR client_cert_requested = 'yes'
		OR modifiers LIKE '%app_layer_refusal%' OR modifiers LIKE '%dropped_after_accept%');

-- The client was asked and went on without: an empty Certificate, or none at all.
CREATE VIEW no_client_certificate AS
SELECT * FROM sessions
WHERE client_cert = 'empty'
	OR (client_cert = 'none_sent' AND client_cert_requested = 'yes' AND client_finished = 'yes');

CREATE VIEW captures AS
SELECT
	c.id AS capture_id,
	c.path,
	c.abs_path,
	'xxh3-128:' || lower(hex(c.xxh3)) AS content_hash,
	c.sha256,
	c.size,
	c.format,
	c.link_types,
	c.packets,
	strftime('%Y-%m-%dT%H:%M:%S', (c.first_ns - 999999999 * (c.first_ns < 0)) / 1000000000, 'unixepoch')
		|| printf('.%09dZ', (c.first_ns % 1000000000 + 1000000000) % 1000000000) AS first_at,
	strftime('%Y-%m-%dT%H:%M:%S', (c.last_ns - 999999999 * (c.last_ns < 0)) / 1000000000, 'unixepoch')
		|| printf('.%09dZ', (c.last_ns % 1000000000 + 1000000000) % 1000000000) AS last_at,
	c.last_session - c.first_session + 1 AS sessions,
	c.problem,
	i.name AS incident
FROM capture c
LEFT JOIN incident i ON i.id = c.incident_id;

CREATE VIEW capture_names AS
SELECT capture_id, path, abs_path FROM capture_name WHERE coalesce(part_no, 1) = 1;

CREATE VIEW capture_parts AS
SELECT capture_id, part_no, path, 'xxh3-128:' || lower(hex(xxh3)) AS content_hash, size, first_frame
FROM capture_part;

CREATE VIEW certificates AS
SELECT
	lower(hex(sha256)) AS certificate_sha256,
	format,
	version,
	subject,
	issuer,
	serial,
	strftime('%Y-%m-%dT%H:%M:%SZ', not_before, 'unixepoch') AS not_before,
	strftime('%Y-%m-%dT%H:%M:%SZ', not_after, 'unixepoch') AS not_after,
	san,
	key_usage,
	eku,
	is_ca,
	path_len,
	aki,
	ski,
	ocsp_urls,
	crl_urls,
	key_type,
	key_bits,
	signature_algorithm,
	error,
	error_at,
	der
FROM certificate;

CREATE VIEW session_certificates AS
SELECT
	t.session_id,
	CASE instr(j.value, '#') WHEN 0 THEN 1
		ELSE CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) END AS attempt_no,
	h.role,
	CASE instr(l.value, '#') WHEN 0 THEN l.key
		ELSE CAST(substr(l.value, instr(l.value, '#') + 1) AS INTEGER) END AS position,
	lower(hex(c.sha256)) AS certificate_sha256
FROM story t
JOIN json_each(t.chains) j
JOIN chain h ON h.id = CAST(j.value AS INTEGER)
JOIN json_each(h.certificates) l
JOIN certificate c ON c.id = CAST(l.value AS INTEGER);

CREATE VIEW certificate_requests AS
SELECT
	t.session_id,
	CASE instr(j.value, '#') WHEN 0 THEN 1
		ELSE CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) END AS attempt_no,
	r.kind,
	r.value,
	r.position
FROM story t
JOIN json_each(t.requests) j
JOIN request_item r ON r.request_id = CAST(j.value AS INTEGER);

-- Of a session to which pass 2 added none; else in its order those that stay, and those it added.
CREATE VIEW findings AS
WITH told AS NOT MATERIALIZED (
	SELECT
		session_id,
		attempt_no,
		rank,
		cause,
		certainty,
		severity,
		(SELECT iif(named IS NULL, text, replace(text, '{frame}', named_frame)) FROM sentence WHERE id = explanation_id)
			AS explanation,
		(SELECT iif(named IS NULL, text, replace(text, '{frame}', named_frame)) FROM sentence WHERE id = server_fix_id)
			AS server_fix,
		(SELECT iif(named IS NULL, text, replace(text, '{frame}', named_frame)) FROM sentence WHERE id = client_fix_id)
			AS client_fix,
		(first_frame + substr(frames, 1 + frame_digits * moment_1, frame_digits))
			|| iif(moment_2 IS NULL, '', ',' || (first_frame + substr(frames, 1 + frame_digits * moment_2, frame_digits))
			|| iif(moment_3 IS NULL, '', ',' || (first_frame + substr(frames, 1 + frame_digits * moment_3, frame_digits))
			|| iif(moment_4 IS NULL, '', ',' || (first_frame + substr(frames, 1 + frame_digits * moment_4, frame_digits))
			|| iif(moment_5 IS NULL, '', ',' || (first_frame + substr(frames, 1 + frame_digits * moment_5, frame_digits))
			|| iif(moment_6 IS NULL, '', ',' || (first_frame + substr(frames, 1 + frame_digits * moment_6, frame_digits))))))) AS frames
	FROM (
		SELECT
			s.id AS session_id,
			f.attempt_no,
			f.rank,
			k.cause,
			k.certainty,
			k.severity,
			k.explanation_id,
			k.server_fix_id,
			k.client_fix_id,
			f.named,
			s.first_frame + substr(t.frames, 1 + t.frame_digits * f.named, t.frame_digits) AS named_frame,
			s.first_frame,
			t.frames,
			t.frame_digits,
			f.moment_1,
			f.moment_2,
			f.moment_3,
			f.moment_4,
			f.moment_5,
			f.moment_6
		FROM session s
		CROSS JOIN finding f ON f.list_id = s.findings_id
		CROSS JOIN diagnosis k ON k.id = f.diagnosis_id
		CROSS JOIN story t ON t.session_id = s.id)
)
SELECT session_id, attempt_no, rank, cause, certainty, severity, explanation, server_fix, client_fix, frames
FROM told f
WHERE NOT EXISTS (SELECT 1 FROM revised_finding r WHERE r.session_id = f.session_id)
UNION ALL
SELECT
	r.session_id,
	f.attempt_no,
	r.rank,
	f.cause,
	f.certainty,
	f.severity,
	f.explanation,
	f.server_fix,
	f.client_fix,
	f.frames
FROM revised_finding r
CROSS JOIN told f ON f.session_id = r.session_id AND f.rank = r.of
UNION ALL
SELECT
	r.session_id,
	r.attempt_no,
	r.rank,
	r.cause,
	r.certainty,
	r.severity,
	(SELECT text FROM sentence WHERE id = r.explanation_id),
	(SELECT text FROM sentence WHERE id = r.server_fix_id),
	(SELECT text FROM sentence WHERE id = r.client_fix_id),
	coalesce(
		(SELECT (SELECT group_concat(frame) FROM (SELECT s.first_frame + substr(t.frames, 1 + t.frame_digits
				* substr(j.value, instr(j.value, '@') + 1 + n.value * l.digits, l.digits), t.frame_digits) AS frame
			FROM json_each('[0,1,2,3,4,5]') n
			WHERE substr(j.value, instr(j.value, '@') + 1 + n.value * l.digits, l.digits) <> ''
			ORDER BY n.value))
		FROM story t
		CROSS JOIN session s ON s.id = t.session_id
		CROSS JOIN fact_list l ON l.id = t.facts_id
		CROSS JOIN json_each(l.items) j
		CROSS JOIN claim k ON k.id = CAST(j.value AS INTEGER)
		WHERE t.session_id = r.session_id AND k.fact = r.shown_by
			AND r.attempt_no = CASE instr(j.value, '#') WHEN 0 THEN 1
				ELSE CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) END),
		(SELECT CAST(first_frame AS TEXT) FROM session WHERE id = r.session_id))
FROM revised_finding r
WHERE r.of IS NULL;

CREATE VIEW related AS
SELECT session_id, relation, other_session_id FROM relation;

CREATE VIEW comparisons AS
SELECT pair, near_session, far_session, finding, certainty, evidence, server_fix, client_fix, between_fix
FROM comparison;

CREATE VIEW connections_without_tls AS
SELECT
	capture_id,
	server_ip,
	server_port,
	refused,
	no_answer,
	plaintext,
	refused + no_answer + plaintext AS count,
	first_frame
FROM without_tls;

CREATE VIEW incidents AS
SELECT
	i.name AS incident,
	i.note,
	count(c.id) AS captures,
	coalesce(sum(c.sessions), 0) AS sessions,
	min(c.first_at) AS first_at,
	max(c.last_at) AS last_at
FROM incident i
LEFT JOIN (SELECT id, incident_id, last_session - first_session + 1 AS sessions,
	(SELECT first_at FROM captures WHERE capture_id = capture.id) AS first_at,
	(SELECT last_at FROM captures WHERE capture_id = capture.id) AS last_at FROM capture) c
	ON c.incident_id = i.id
GROUP BY i.id;
