-- Times are integer milliseconds since 1970 UTC. Ids that people see are text;
-- what the big tables repeat a million times are the small integers beside them.

CREATE TABLE clients (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE, -- the name in lower case, whatever the script
  demo INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL
);

CREATE TABLE nodes (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  client_num INTEGER NOT NULL REFERENCES clients (num),
  name TEXT NOT NULL,
  ledger_key BLOB NOT NULL,
  version TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '',
  sources TEXT NOT NULL DEFAULT '[]',
  enrolled_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL DEFAULT 0,
  revoked_ms INTEGER NOT NULL DEFAULT 0,
  certificate_expires_ms INTEGER NOT NULL DEFAULT 0,
  skew_ms INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX nodes_client ON nodes (client_num);

-- Enrolment tokens: only the hash of the secret is kept.
CREATE TABLE enrolments (
  secret_hash TEXT PRIMARY KEY,
  client_num INTEGER NOT NULL REFERENCES clients (num),
  node_name TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL DEFAULT 0,
  node_num INTEGER REFERENCES nodes (num)
);
CREATE INDEX enrolments_expires ON enrolments (expires_ms);

-- The core's end of every chain.
CREATE TABLE heads (
  num INTEGER PRIMARY KEY,
  node_num INTEGER NOT NULL REFERENCES nodes (num),
  epoch TEXT NOT NULL,
  previous TEXT NOT NULL DEFAULT '',
  lane INTEGER NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,
  latest INTEGER NOT NULL DEFAULT 0,
  value BLOB NOT NULL,
  alerts INTEGER NOT NULL DEFAULT 0,
  repeated INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  missing INTEGER NOT NULL DEFAULT 0,
  opened_ms INTEGER NOT NULL,
  signed_seq INTEGER NOT NULL DEFAULT 0,
  signed_ms INTEGER NOT NULL DEFAULT 0,
  UNIQUE (node_num, epoch, lane)
);

-- One signed head a day and lane, kept for ever: proofs outlive the alerts.
CREATE TABLE signed_heads (
  head_num INTEGER NOT NULL REFERENCES heads (num),
  day INTEGER NOT NULL, -- days since 1970, UTC
  seq INTEGER NOT NULL,
  value BLOB NOT NULL,
  signed_ms INTEGER NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (head_num, day)
) WITHOUT ROWID;

-- Ranges that a node declared gone, as it signed them: the core may have held the
-- first of them already.
CREATE TABLE missing_ranges (
  head_num INTEGER NOT NULL REFERENCES heads (num),
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  value BLOB NOT NULL,
  signed_ms INTEGER NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (head_num, last_seq)
) WITHOUT ROWID;

-- Every record that was taken. kind: 1 alert, 2 repeated, 3 dropped.
CREATE TABLE ledger (
  head_num INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  alert_id BLOB NOT NULL,
  raw_hash BLOB NOT NULL, -- proofs outlive the alerts
  value BLOB NOT NULL,
  PRIMARY KEY (head_num, seq)
) WITHOUT ROWID;

-- What happened in each quarter of an hour of a chain, by the node's clock.
CREATE TABLE tape (
  head_num INTEGER NOT NULL,
  slot INTEGER NOT NULL, -- quarters of an hour since 1970
  delivered INTEGER NOT NULL DEFAULT 0,
  repeated INTEGER NOT NULL DEFAULT 0,
  late INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  missing INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (head_num, slot)
) WITHOUT ROWID;

-- A dictionary: few rules fire often.
CREATE TABLE rules (
  num INTEGER PRIMARY KEY,
  engine TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (id, engine, name)
);

-- id sorts by event time, so every list is ordered and paged by it.
CREATE TABLE alerts (
  num INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  client_num INTEGER NOT NULL,
  node_num INTEGER, -- NULL for an alert about no node
  rule_num INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  src BLOB, -- 16 bytes; IPv4 is mapped
  dst BLOB,
  received_ms INTEGER NOT NULL,
  head_num INTEGER, -- place in the ledger; NULL for SOCme's own
  seq INTEGER,
  raw_hash BLOB NOT NULL,
  raw_size INTEGER NOT NULL,
  normal TEXT NOT NULL -- soc.Alert as JSON
);
CREATE INDEX alerts_client ON alerts (client_num, id);
CREATE INDEX alerts_client_severity ON alerts (client_num, severity, id);
CREATE INDEX alerts_severity ON alerts (severity, id);
CREATE INDEX alerts_rule ON alerts (rule_num, id);
CREATE INDEX alerts_src ON alerts (src, id) WHERE src IS NOT NULL;
CREATE INDEX alerts_dst ON alerts (dst, id) WHERE dst IS NOT NULL;

-- Apart from alerts, so that lists never read past it. codec: 0 as it is, 1 zstd.
CREATE TABLE raws (
  alert_num INTEGER PRIMARY KEY,
  codec INTEGER NOT NULL,
  raw BLOB NOT NULL
);

-- query.AlertText of each alert: already folded, so the plainest tokenizer will do.
CREATE VIRTUAL TABLE alert_text USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'ascii');

-- What streams read. pos rises with every commit and is never used twice.
CREATE TABLE feed (
  pos INTEGER PRIMARY KEY,
  alert_num INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
);
INSERT INTO counters VALUES ('feed', 0), ('alert', 0);

-- What SOCme has raised an alert of its own about.
CREATE TABLE raised (
  once TEXT PRIMARY KEY,
  at_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL,
  password TEXT NOT NULL DEFAULT '', -- argon2id in PHC form, '' for none
  created_ms INTEGER NOT NULL
);

-- Sessions and one-time links: hashes of secrets only.
CREATE TABLE sessions (
  secret_hash TEXT PRIMARY KEY,
  user_num INTEGER NOT NULL REFERENCES users (num) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL
);
CREATE TABLE links (
  secret_hash TEXT PRIMARY KEY,
  user_num INTEGER NOT NULL REFERENCES users (num) ON DELETE CASCADE,
  expires_ms INTEGER NOT NULL
);

CREATE TABLE tokens (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  secret_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL DEFAULT 0, -- 0 for never
  used_ms INTEGER NOT NULL DEFAULT 0
);
