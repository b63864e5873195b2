-- Users and tokens for named clients, invitations, second factors, sessions that are
-- listed, and the audit.

-- The name in lower case, whatever the script; '' until the program has filled it in.
ALTER TABLE users ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN all_clients INTEGER NOT NULL DEFAULT 1; -- who was here before saw all
ALTER TABLE users ADD COLUMN disabled_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN signed_in_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN totp BLOB; -- sealed; NULL for none
ALTER TABLE users ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0; -- the newest that was used: a code works once
CREATE UNIQUE INDEX users_name_key ON users (name_key) WHERE name_key <> '';

CREATE TABLE user_clients (
  user_num INTEGER NOT NULL REFERENCES users (num) ON DELETE CASCADE,
  client_num INTEGER NOT NULL REFERENCES clients (num) ON DELETE CASCADE,
  PRIMARY KEY (user_num, client_num)
);
CREATE INDEX user_clients_client ON user_clients (client_num);

ALTER TABLE tokens ADD COLUMN all_clients INTEGER NOT NULL DEFAULT 1;
-- Who made it; NULL for the machine's own hand. It goes with them, and never has more.
ALTER TABLE tokens ADD COLUMN user_num INTEGER REFERENCES users (num) ON DELETE CASCADE;
CREATE INDEX tokens_user ON tokens (user_num);

CREATE TABLE token_clients (
  token_num INTEGER NOT NULL REFERENCES tokens (num) ON DELETE CASCADE,
  client_num INTEGER NOT NULL REFERENCES clients (num) ON DELETE CASCADE,
  PRIMARY KEY (token_num, client_num)
);
CREATE INDEX token_clients_client ON token_clients (client_num);

-- Sessions have a name that may be shown from now on; those that had none end here.
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX sessions_id ON sessions (id);
CREATE INDEX sessions_user ON sessions (user_num);

-- For who has lost the phone: each works once. Hashes only.
CREATE TABLE recovery_codes (
  secret_hash TEXT PRIMARY KEY,
  user_num INTEGER NOT NULL REFERENCES users (num) ON DELETE CASCADE
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_num);

-- Where users have signed in: an account that is under attack stays open from there.
CREATE TABLE user_places (
  user_num INTEGER NOT NULL REFERENCES users (num) ON DELETE CASCADE,
  place TEXT NOT NULL, -- an IPv4 address, or the first 64 bits of an IPv6 one
  used_ms INTEGER NOT NULL,
  PRIMARY KEY (user_num, place)
);

-- Everything that people and scripts did. value is the hash of the value before it and
-- of this record: see soc.AuditRecord.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, -- from 1 without gaps
  at_ms INTEGER NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  address TEXT NOT NULL,
  verb TEXT NOT NULL,
  noun TEXT NOT NULL,
  target_id TEXT NOT NULL,
  target_name TEXT NOT NULL,
  client_id TEXT NOT NULL, -- no reference: the record outlives the client
  client_name TEXT NOT NULL,
  before_json TEXT NOT NULL, -- or ''
  after_json TEXT NOT NULL,
  value BLOB NOT NULL
);
CREATE INDEX audit_client ON audit (client_id, seq);
CREATE INDEX audit_actor ON audit (actor_id, seq);
CREATE INDEX audit_at ON audit (at_ms, seq);
INSERT INTO counters VALUES ('audit', 0);
