-- indexes.sql - what is made at the end of a load rather than row by row; kept from then on.
CREATE INDEX IF NOT EXISTS session_conclusion ON session (conclusion_id);
CREATE INDEX IF NOT EXISTS relation_other ON relation (other_session_id);
