-- How long alerts are kept: those of at most this severity, for so many days after the
-- core received them. client_num 0 is all clients; days 0 is for ever.
CREATE TABLE retention (
  client_num BIGINT NOT NULL,
  severity INTEGER NOT NULL,
  days INTEGER NOT NULL,
  PRIMARY KEY (client_num, severity)
);

-- Legal holds: nothing of the client (0: of any) between the two sort keys is deleted.
CREATE TABLE holds (
  id TEXT COLLATE "C" PRIMARY KEY,
  client_num BIGINT NOT NULL,
  first_key BYTEA NOT NULL, -- inclusive
  end_key BYTEA NOT NULL, -- exclusive
  reason TEXT COLLATE "C" NOT NULL,
  placed_by TEXT COLLATE "C" NOT NULL,
  placed_ms BIGINT NOT NULL
);
