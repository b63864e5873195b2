-- The outbox. Times are integer milliseconds since 1970 UTC.

-- The epochs of this outbox, the newest is the one in use.
CREATE TABLE epochs (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  previous TEXT NOT NULL,
  reason TEXT NOT NULL,
  opened_ms INTEGER NOT NULL
);

-- The end of each lane of the epoch in use, and how far the core has confirmed it.
CREATE TABLE lanes (
  lane INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  value BLOB NOT NULL,
  acked INTEGER NOT NULL
);

-- Records of the epoch in use: those that wait, and those delivered lately. before
-- is the chain's value before the record, so that the next fits if one is lost.
CREATE TABLE records (
  num INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  alert_id BLOB NOT NULL,
  raw_hash BLOB NOT NULL,
  before BLOB NOT NULL,
  value BLOB NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0,
  seen_ms INTEGER NOT NULL,
  normal BLOB NOT NULL, -- soc.Alert as JSON
  raw BLOB,
  UNIQUE (lane, seq)
);

-- How far each file was read. Committed together with what was found there.
CREATE TABLE cursors (
  source TEXT NOT NULL,
  device INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  path TEXT NOT NULL,
  head_size INTEGER NOT NULL,
  head BLOB NOT NULL,
  offset INTEGER NOT NULL,
  PRIMARY KEY (source, device, inode)
) WITHOUT ROWID;
