-- timeline: counts per interval, by each session's start; empty intervals are left out.
-- group: What failed
-- title: failed and other sessions per interval
-- param: minutes=1 length of an interval
SELECT
	strftime('%Y-%m-%dT%H:%M:%SZ',
		unixepoch(s.started_at) / (60 * max(1, CAST(:minutes AS INTEGER))) * (60 * max(1, CAST(:minutes AS INTEGER))),
		'unixepoch') AS interval,
	sum(f.session_id IS NOT NULL) AS failed,
	sum(f.session_id IS NULL) AS other
FROM sessions s
LEFT JOIN failed_mutual_auth f ON f.session_id = s.session_id
GROUP BY interval
ORDER BY interval;
