-- inferred: each inferred fact that a session's answer may rest on, with its sentence.
-- group: What this data cannot tell
-- title: inferred sessions with the reason
SELECT s.session_id, s.verdict, s.confidence, f.fact, f.value, f.confidence AS fact_confidence, f.basis, f.frames
FROM sessions s
JOIN facts f ON f.session_id = s.session_id
WHERE s.evidence = 'inferred' AND f.evidence = 'inferred'
ORDER BY s.session_id, f.attempt_no, f.fact;
