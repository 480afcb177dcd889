-- timeline: counts per interval, by each session's start; empty intervals are left out.
-- group: What failed
-- title: failed and other sessions per interval
-- param: minutes=1 length of an interval
SELECT
	strftime('%Y-%m-%dT%H:%M:%SZ',
		unixepoch(started_at) / (60 * max(1, CAST(:minutes AS INTEGER))) * (60 * max(1, CAST(:minutes AS INTEGER))),
		'unixepoch') AS interval,
	sum(session_id IN (SELECT session_id FROM failed_mutual_auth)) AS failed,
	sum(session_id NOT IN (SELECT session_id FROM failed_mutual_auth)) AS other
FROM sessions
GROUP BY interval
ORDER BY interval;
