-- Counts that the inserting transaction keeps, so that no histogram and no list of the
-- most frequent reads alerts. Times are those of sort_key. client_num 0 is all clients.
CREATE TABLE rollup_minute ( -- of the last two days
  slot INTEGER NOT NULL, -- minutes since 1970
  client_num INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  engine TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (client_num, slot, severity, engine)
) WITHOUT ROWID;
CREATE TABLE rollup_hour (
  slot INTEGER NOT NULL, -- hours since 1970
  client_num INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  engine TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (client_num, slot, severity, engine)
) WITHOUT ROWID;
CREATE TABLE rollup_rule (
  slot INTEGER NOT NULL, -- days since 1970
  client_num INTEGER NOT NULL,
  rule_num INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (client_num, slot, rule_num)
) WITHOUT ROWID;
-- What stands in alerts of an hour. kind: 1 source, 2 destination, 3 host, 4 user, 5 technique, 6 rule (its
-- number).
CREATE TABLE rollup_facet (
  kind INTEGER NOT NULL,
  client_num INTEGER NOT NULL,
  slot INTEGER NOT NULL, -- hours since 1970
  severity INTEGER NOT NULL,
  value TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (kind, client_num, slot, severity, value)
) WITHOUT ROWID;

-- Alerts of one client with the same rule, source and destination. The state is that of
-- the least advanced alert.
CREATE TABLE alert_groups (
  num INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE, -- soc.GroupID
  client_num INTEGER NOT NULL,
  rule_num INTEGER NOT NULL, -- of the newest alert: a rule's name may vary
  source TEXT NOT NULL,
  destination TEXT NOT NULL,
  severity INTEGER NOT NULL, -- the highest
  alerts INTEGER NOT NULL,
  open INTEGER NOT NULL,
  acknowledged INTEGER NOT NULL DEFAULT 0,
  escalated INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL, -- as in alerts
  first_key BLOB NOT NULL, -- sort keys of the oldest and the newest alert
  last_key BLOB NOT NULL
);
CREATE INDEX alert_groups_state ON alert_groups (state, last_key);
CREATE INDEX alert_groups_client ON alert_groups (client_num, state, last_key);
INSERT INTO counters VALUES ('group', 0);
ALTER TABLE alerts ADD COLUMN group_num INTEGER;
CREATE INDEX alerts_group ON alerts (group_num, sort_key);
