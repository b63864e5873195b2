-- The place of a source that reads no file, in its own words.
ALTER TABLE cursors ADD COLUMN mark TEXT NOT NULL DEFAULT '';

-- The severity stands before the long columns: what is to be dropped is looked for by it.
CREATE TABLE records_2 (
  num INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0,
  seen_ms INTEGER NOT NULL,
  alert_id BLOB NOT NULL,
  raw_hash BLOB NOT NULL,
  before BLOB NOT NULL,
  value BLOB NOT NULL,
  normal BLOB NOT NULL, -- soc.Alert as JSON
  raw BLOB,
  UNIQUE (lane, seq)
);
INSERT INTO records_2 SELECT num, lane, seq,
  CASE CAST(normal AS TEXT) ->> '$.severity' WHEN 'critical' THEN 5 WHEN 'high' THEN 4 WHEN 'medium' THEN 3 WHEN 'low' THEN 2 WHEN 'informational' THEN 1 ELSE 0 END,
  dropped, seen_ms, alert_id, raw_hash, before, value, normal, raw FROM records;
DROP TABLE records;
ALTER TABLE records_2 RENAME TO records;

-- Runs of tombstones that were merged: by rule what they were ([]soc.Withheld as JSON).
CREATE TABLE ranges (
  lane INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  before BLOB NOT NULL, -- the chain's value before the first
  value BLOB NOT NULL, -- and after the last
  rules BLOB NOT NULL,
  PRIMARY KEY (lane, first_seq)
) WITHOUT ROWID;

-- What filters and budget kept back, by day and rule; told is the count that the core knows.
CREATE TABLE withheld (
  day INTEGER NOT NULL, -- days since 1970, UTC
  engine TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  rule_name TEXT NOT NULL,
  why TEXT NOT NULL,
  reason TEXT NOT NULL,
  severity INTEGER NOT NULL,
  count INTEGER NOT NULL,
  told INTEGER NOT NULL DEFAULT 0,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (day, engine, rule_id, rule_name, why, reason)
) WITHOUT ROWID;
