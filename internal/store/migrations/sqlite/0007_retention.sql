-- How long alerts are kept: those of at most this severity, for so many days after the
-- core received them. client_num 0 is all clients; days 0 is for ever.
CREATE TABLE retention (
  client_num INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  days INTEGER NOT NULL,
  PRIMARY KEY (client_num, severity)
);

-- Legal holds: nothing of the client (0: of any) between the two sort keys is deleted.
CREATE TABLE holds (
  id TEXT PRIMARY KEY,
  client_num INTEGER NOT NULL,
  first_key BLOB NOT NULL, -- inclusive
  end_key BLOB NOT NULL, -- exclusive
  reason TEXT NOT NULL,
  placed_by TEXT NOT NULL,
  placed_ms INTEGER NOT NULL
);
