-- How long the audit is kept (0 is for ever), and where what remains of it begins: the last
-- record that was let go, with its value. The chain goes on from there.
CREATE TABLE audit_start (
  days BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  value BYTEA NOT NULL
);
INSERT INTO audit_start VALUES (0, 0, '');

-- What all cores of one database must have in common.
CREATE TABLE shared (
  name TEXT COLLATE "C" PRIMARY KEY,
  value TEXT COLLATE "C" NOT NULL
);
