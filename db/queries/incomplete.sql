-- incomplete: captures with problems, and sessions with missing bytes, by what is missing.
-- group: What this data cannot tell
-- title: captures with gaps, and what they hide
SELECT path, NULL AS missing, sessions, NULL AS undecided, problem
FROM captures
WHERE problem IS NOT NULL
UNION ALL
SELECT c.path, s.capture_state, count(*), sum(s.verdict IN ('incomplete_capture', 'not_enough_evidence')), NULL
FROM sessions s
JOIN captures c ON c.capture_id = s.capture_id
WHERE s.capture_state <> 'complete'
GROUP BY c.capture_id, s.capture_state
ORDER BY 1, 2;
