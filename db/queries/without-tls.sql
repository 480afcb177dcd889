-- without-tls: connections to TLS ports that were refused, unanswered, or carried something else.
-- group: What failed
-- title: connections that never reached TLS, by server port
SELECT w.server_ip, w.server_port, w.count, w.refused, w.no_answer, w.plaintext, c.path, w.first_frame
FROM connections_without_tls w
JOIN captures c ON c.capture_id = w.capture_id
ORDER BY w.count DESC, w.server_ip, w.server_port, c.path;
