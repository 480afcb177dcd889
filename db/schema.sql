-- schema.sql - the base tables. They are the project's own; views.sql is the contract.
--
-- Hot and cold: `session` is small (counts and filters scan it), `story` is what one session's page
-- needs. Whatever repeats is stored once by content in a dictionary (name, sentence, profile, answer,
-- conclusion, step, claim, diagnosis, ladder, fact_list, finding_list, chain, request, certificate),
-- and rows hold its id.
-- Dictionaries hold the words of outcome_names.def as the store writes them, so no list of words
-- stands here.
--
-- Lists are compact JSON arrays whose items start with a dictionary id (CAST(item AS INTEGER)):
--   story.attempts   answer       12  "13#2"     #attempt_no when it is not 1; NULL: the session's
--                                                answer_id, of attempt 1
--   story.chains     chain        7   "8#2"
--   story.requests   request      3   "3#2"
--   ladder.items     step         "5#2:207x3@4"  :length, x folded repeats, @moment in `digits`; of
--                                                what has any length "5/0x1@4": /size, x size
--   fact_list.items  claim        "9#2=0@34"     = number of the value in story.fact_values (absent:
--                                                the claim's), @moments in `digits` each
--   finding_list.items diagnosis  "9#2=3@3,4"    by rank; = and @ as in `finding`
--   chain.certificates            certificate ids, "4#2" when the position is not the index
--
-- Ladders, facts and findings repeat, but for when things were and how much data there was. That is
-- the session's own, in its story: moments (frames after first_frame, and ns after started_ns), and sizes.
-- The lists refer to both by number, from 0. They stand in texts side by side, each in as many digits
-- as the widest needs ("003-17420", 3 digits): CAST(substr(text, 1 + k * digits, digits) AS INTEGER).

CREATE TABLE incident (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	note TEXT,
	related INTEGER NOT NULL DEFAULT 0 -- pass 2 is done for all its captures
) STRICT;

-- A file as the file system showed it; done: read to its end with everything in it.
CREATE TABLE file (
	id INTEGER PRIMARY KEY,
	path TEXT NOT NULL UNIQUE,
	size INTEGER NOT NULL,
	mtime_ns INTEGER NOT NULL,
	inode INTEGER NOT NULL,
	device INTEGER NOT NULL,
	done INTEGER NOT NULL
) STRICT;

-- Sessions of a capture have consecutive ids, from first_session to last_session.
CREATE TABLE capture (
	id INTEGER PRIMARY KEY,
	path TEXT NOT NULL,
	abs_path TEXT NOT NULL,
	xxh3 BLOB NOT NULL,
	sha256 TEXT,
	size INTEGER NOT NULL,
	format TEXT,
	link_types TEXT,
	packets INTEGER NOT NULL,
	first_ns INTEGER,
	last_ns INTEGER,
	first_session INTEGER NOT NULL,
	last_session INTEGER NOT NULL,
	problem TEXT,
	incident_id INTEGER REFERENCES incident (id),
	program TEXT NOT NULL,
	secrets TEXT NOT NULL,
	trust TEXT NOT NULL
) STRICT;
CREATE INDEX capture_content ON capture (xxh3, size);

-- part_no: NULL is a name of the whole capture, else of this part of it.
CREATE TABLE capture_name (
	capture_id INTEGER NOT NULL REFERENCES capture (id),
	abs_path TEXT NOT NULL,
	path TEXT NOT NULL,
	file_id INTEGER REFERENCES file (id),
	part_no INTEGER,
	PRIMARY KEY (capture_id, abs_path)
) STRICT, WITHOUT ROWID;
CREATE INDEX capture_name_file ON capture_name (file_id);

CREATE TABLE capture_part (
	capture_id INTEGER NOT NULL REFERENCES capture (id),
	part_no INTEGER NOT NULL,
	path TEXT NOT NULL,
	xxh3 BLOB NOT NULL,
	size INTEGER NOT NULL,
	first_frame INTEGER NOT NULL,
	PRIMARY KEY (capture_id, part_no)
) STRICT, WITHOUT ROWID;

-- Dictionaries. Their indexes are for the store's lookups by content (NULLs count, so not UNIQUE).
-- digest: of the other columns (content_digest(), dictionary.c); long contents are looked up by it.
-- NULL when a run made so many rows that they hardly come again: such a row may be there twice.

CREATE TABLE name (
	id INTEGER PRIMARY KEY,
	text TEXT NOT NULL UNIQUE
) STRICT;

-- What explanations and findings say. {frame} stands for the frame of finding.named, {ms} for story.named_ms, unless there is none; in what pass 2 says for nothing.
CREATE TABLE sentence (
	id INTEGER PRIMARY KEY,
	digest INTEGER,
	text TEXT NOT NULL
) STRICT;
CREATE INDEX sentence_digest ON sentence (digest) WHERE digest IS NOT NULL;

CREATE TABLE profile (
	id INTEGER PRIMARY KEY,
	transport TEXT NOT NULL,
	carrier TEXT,
	app_label TEXT,
	tls_version TEXT,
	cipher_suite TEXT,
	alpn TEXT,
	ja4 TEXT,
	ech TEXT NOT NULL,
	client_stack TEXT,
	server_stack TEXT,
	vlan INTEGER,
	interface TEXT
) STRICT;
CREATE INDEX profile_content ON profile (ja4, cipher_suite, alpn, vlan, app_label, carrier, interface);

CREATE TABLE answer (
	id INTEGER PRIMARY KEY,
	attempt TEXT NOT NULL,
	resumed TEXT NOT NULL,
	client_cert_requested TEXT NOT NULL,
	client_cert TEXT NOT NULL,
	proof TEXT NOT NULL,
	client_finished TEXT NOT NULL,
	server_finished TEXT NOT NULL,
	outcome TEXT NOT NULL,
	ended_by TEXT,
	alert TEXT,
	alert_code INTEGER,
	alert_from TEXT,
	capture_state TEXT NOT NULL,
	evidence TEXT NOT NULL,
	confidence TEXT NOT NULL
) STRICT;
CREATE INDEX answer_content ON answer (alert_code, ended_by, client_cert, proof, outcome, capture_state);

CREATE TABLE conclusion (
	id INTEGER PRIMARY KEY,
	verdict TEXT NOT NULL,
	sub_reason TEXT,
	modifiers TEXT
) STRICT;
CREATE INDEX conclusion_content ON conclusion (verdict, sub_reason, modifiers);

CREATE TABLE step (
	id INTEGER PRIMARY KEY,
	sender TEXT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT,
	evidence TEXT NOT NULL,
	level INTEGER,
	code INTEGER
) STRICT;
CREATE INDEX step_content ON step (name, sender, kind, evidence, level, code);

CREATE TABLE claim (
	id INTEGER PRIMARY KEY,
	digest INTEGER,
	fact TEXT NOT NULL,
	evidence TEXT NOT NULL,
	confidence TEXT NOT NULL,
	basis TEXT,
	names_ms INTEGER NOT NULL, -- {ms} in its basis stands for story.named_ms
	value TEXT
) STRICT;
CREATE INDEX claim_digest ON claim (digest) WHERE digest IS NOT NULL;

-- What a finding says.
CREATE TABLE diagnosis (
	id INTEGER PRIMARY KEY,
	digest INTEGER,
	cause TEXT NOT NULL,
	certainty TEXT NOT NULL,
	severity TEXT NOT NULL,
	explanation_id INTEGER REFERENCES sentence (id),
	server_fix_id INTEGER REFERENCES sentence (id),
	client_fix_id INTEGER REFERENCES sentence (id),
	explains INTEGER NOT NULL -- the decisive event
) STRICT;
CREATE INDEX diagnosis_digest ON diagnosis (digest) WHERE digest IS NOT NULL;

CREATE TABLE ladder (
	id INTEGER PRIMARY KEY,
	digest INTEGER,
	digits INTEGER NOT NULL, -- of the number of a moment
	items TEXT NOT NULL
) STRICT;
CREATE INDEX ladder_digest ON ladder (digest) WHERE digest IS NOT NULL;

CREATE TABLE fact_list (
	id INTEGER PRIMARY KEY,
	digest INTEGER,
	digits INTEGER NOT NULL, -- of the number of a moment
	items TEXT NOT NULL
) STRICT;
CREATE INDEX fact_list_digest ON fact_list (digest) WHERE digest IS NOT NULL;

-- items tell lists apart; `finding` has them as rows.
CREATE TABLE finding_list (
	id INTEGER PRIMARY KEY,
	digest INTEGER,
	items TEXT NOT NULL
) STRICT;
CREATE INDEX finding_list_digest ON finding_list (digest) WHERE digest IS NOT NULL;

CREATE TABLE finding (
	list_id INTEGER NOT NULL REFERENCES finding_list (id),
	rank INTEGER NOT NULL,
	attempt_no INTEGER NOT NULL,
	diagnosis_id INTEGER NOT NULL REFERENCES diagnosis (id),
	named INTEGER,    -- number of the moment whose frame its sentences name
	moment_1 INTEGER, -- likewise; NULL behind the last
	moment_2 INTEGER,
	moment_3 INTEGER,
	moment_4 INTEGER,
	moment_5 INTEGER,
	moment_6 INTEGER,
	PRIMARY KEY (list_id, rank)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate (
	id INTEGER PRIMARY KEY,
	sha256 BLOB NOT NULL UNIQUE,
	format TEXT,
	version INTEGER,
	subject TEXT,
	issuer TEXT,
	serial TEXT,
	not_before INTEGER,
	not_after INTEGER,
	san TEXT,
	key_usage TEXT,
	eku TEXT,
	is_ca INTEGER,
	path_len INTEGER,
	aki TEXT,
	ski TEXT,
	ocsp_urls TEXT,
	crl_urls TEXT,
	key_type TEXT,
	key_bits INTEGER,
	signature_algorithm TEXT,
	error TEXT,
	error_at INTEGER,
	der BLOB
) STRICT;

CREATE TABLE chain (
	id INTEGER PRIMARY KEY,
	role TEXT NOT NULL,
	certificates TEXT NOT NULL
) STRICT;
CREATE INDEX chain_content ON chain (certificates, role);

CREATE TABLE request (
	id INTEGER PRIMARY KEY,
	digest BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE request_item (
	request_id INTEGER NOT NULL REFERENCES request (id),
	position INTEGER NOT NULL,
	kind TEXT NOT NULL,
	value TEXT,
	PRIMARY KEY (request_id, position)
) STRICT, WITHOUT ROWID;

-- Sessions. From attempt_no on: what pass 1 leaves for pass 2 (struct outcome_notes).
-- answer_id and conclusion_id are what both passes say; what pass 1 alone said is in `revised`.

CREATE TABLE session (
	id INTEGER PRIMARY KEY,
	capture_id INTEGER NOT NULL REFERENCES capture (id),
	profile_id INTEGER NOT NULL REFERENCES profile (id),
	answer_id INTEGER NOT NULL REFERENCES answer (id),
	conclusion_id INTEGER NOT NULL REFERENCES conclusion (id),
	findings_id INTEGER REFERENCES finding_list (id), -- of pass 1; near the start: all of them are read at once
	client_ip TEXT,
	client_port INTEGER,
	server_ip TEXT,
	server_port INTEGER,
	client_mac INTEGER,
	eap_identity_id INTEGER REFERENCES name (id),
	sni_id INTEGER REFERENCES name (id),
	stream INTEGER,
	first_frame INTEGER NOT NULL,
	last_frame INTEGER NOT NULL,
	started_ns INTEGER NOT NULL,
	ended_ns INTEGER NOT NULL,
	client_certificate_id INTEGER REFERENCES certificate (id),
	server_certificate_id INTEGER REFERENCES certificate (id),
	attempt_no INTEGER,      -- of the headline; NULL 1
	outcome_rule INTEGER,    -- NULL: the outcome was not inferred
	signs INTEGER,           -- 1 corroborable, 2 unsolicited, 4 blamed
	handle INTEGER,          -- ticket or session id it gave out, a digest
	used INTEGER,            -- ... it was resumed with
	ticket_length INTEGER,   -- of a NewSessionTicket of TLS 1.3, header included
	identity_length INTEGER  -- of the PSK it was resumed with
) STRICT;

CREATE TABLE story (
	session_id INTEGER PRIMARY KEY REFERENCES session (id),
	community_id TEXT,
	client_random BLOB,
	server_random BLOB,
	explanation_id INTEGER REFERENCES sentence (id),
	named_ms TEXT, -- by its explanation
	attempts TEXT,
	chains TEXT,
	requests TEXT,
	facts_id INTEGER REFERENCES fact_list (id),
	ladder_id INTEGER REFERENCES ladder (id),
	frame_digits INTEGER NOT NULL,
	frames TEXT,      -- of the moments
	time_digits INTEGER NOT NULL,
	times TEXT,       -- of the moments; 0 where only a fact or a finding tells the frame
	size_digits INTEGER NOT NULL,
	sizes TEXT,
	fact_values TEXT  -- a JSON array; values too long to come again
) STRICT;

CREATE TABLE relation (
	session_id INTEGER NOT NULL REFERENCES session (id),
	relation TEXT NOT NULL,
	other_session_id INTEGER NOT NULL REFERENCES session (id),
	PRIMARY KEY (session_id, relation, other_session_id)
) STRICT, WITHOUT ROWID;

-- Pass 2 (relate.c): what it changed, so that it can be undone and done again.

CREATE TABLE revised (
	session_id INTEGER PRIMARY KEY REFERENCES session (id),
	attempt_no INTEGER NOT NULL,                            -- of the headline
	answer_id INTEGER NOT NULL REFERENCES answer (id),      -- of pass 1
	conclusion_id INTEGER NOT NULL REFERENCES conclusion (id),
	explanation_id INTEGER REFERENCES sentence (id)         -- instead of story's; NULL keeps it
) STRICT;

-- A further fact, or (instead) a fact of the story in other words; NULL keeps what stands there.
CREATE TABLE revised_fact (
	session_id INTEGER NOT NULL REFERENCES session (id),
	attempt_no INTEGER NOT NULL,
	fact TEXT NOT NULL,
	instead INTEGER NOT NULL,
	value TEXT,
	claim_id INTEGER NOT NULL REFERENCES claim (id),
	frames TEXT,
	PRIMARY KEY (session_id, attempt_no, fact)
) STRICT, WITHOUT ROWID;

-- All findings of a session to which one was added, in their order. of: the rank of pass 1's finding
-- that stands here, and the other columns are NULL; or NULL: one that rests on other sessions. Its frames
-- are those of the fact `shown_by` of that attempt, or the session's first.
CREATE TABLE revised_finding (
	session_id INTEGER NOT NULL REFERENCES session (id),
	rank INTEGER NOT NULL,
	of INTEGER,
	attempt_no INTEGER,
	cause TEXT,
	certainty TEXT,
	severity TEXT,
	explanation_id INTEGER REFERENCES sentence (id),
	server_fix_id INTEGER REFERENCES sentence (id),
	client_fix_id INTEGER REFERENCES sentence (id),
	shown_by TEXT,
	PRIMARY KEY (session_id, rank)
) STRICT, WITHOUT ROWID;

-- mtlscope compare: a run holds what was found between the captures of two points.

CREATE TABLE comparison_point (
	run INTEGER NOT NULL,
	side TEXT NOT NULL, -- near, far
	capture_id INTEGER NOT NULL REFERENCES capture (id),
	PRIMARY KEY (run, side, capture_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE comparison (
	id INTEGER PRIMARY KEY,
	run INTEGER NOT NULL,
	pair INTEGER NOT NULL,
	near_session INTEGER REFERENCES session (id),
	far_session INTEGER REFERENCES session (id),
	finding TEXT NOT NULL,
	certainty TEXT NOT NULL,
	evidence TEXT,
	server_fix TEXT,
	client_fix TEXT,
	between_fix TEXT
) STRICT;

CREATE TABLE without_tls (
	capture_id INTEGER NOT NULL REFERENCES capture (id),
	server_ip TEXT NOT NULL,
	server_port INTEGER NOT NULL,
	refused INTEGER NOT NULL,
	no_answer INTEGER NOT NULL,
	plaintext INTEGER NOT NULL,
	first_frame INTEGER NOT NULL,
	PRIMARY KEY (capture_id, server_ip, server_port)
) STRICT, WITHOUT ROWID;

-- One row: whether rows were deleted since dictionaries were last swept.
CREATE TABLE state (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	sweep INTEGER NOT NULL
) STRICT;
INSERT INTO state VALUES (1, 0);
