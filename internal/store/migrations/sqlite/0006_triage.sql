-- What people and machines did to alerts, in the order in which they did it.
CREATE TABLE actions (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at_ms INTEGER NOT NULL,
  user_num INTEGER, -- NULL for what is no user
  who TEXT NOT NULL, -- the name as it was then
  verb TEXT NOT NULL,
  verdict INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  mentions TEXT NOT NULL DEFAULT '', -- names as JSON, or ''
  query TEXT NOT NULL DEFAULT '',
  group_num INTEGER, -- where a group was acted on
  alerts INTEGER NOT NULL DEFAULT 0,
  undone_ms INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX actions_group ON actions (group_num, num) WHERE group_num IS NOT NULL;
INSERT INTO counters VALUES ('action', 0);

-- The alerts of an action, and what they were before it.
CREATE TABLE action_alerts (
  alert_num INTEGER NOT NULL,
  action_num INTEGER NOT NULL,
  state INTEGER NOT NULL,
  verdict INTEGER NOT NULL,
  owner_num INTEGER,
  resolved_ms INTEGER NOT NULL,
  resolution TEXT NOT NULL,
  PRIMARY KEY (alert_num, action_num)
) WITHOUT ROWID;
CREATE INDEX action_alerts_action ON action_alerts (action_num, alert_num);

CREATE TABLE mentions (
  user_num INTEGER NOT NULL REFERENCES users (num) ON DELETE CASCADE,
  action_num INTEGER NOT NULL,
  PRIMARY KEY (user_num, action_num)
) WITHOUT ROWID;

-- What alerts of a rule turned out to be, by client. Verdict 0 is all alerts that came.
CREATE TABLE rollup_outcome (
  rule_num INTEGER NOT NULL,
  client_num INTEGER NOT NULL,
  verdict INTEGER NOT NULL,
  count INTEGER NOT NULL,
  last_ms INTEGER NOT NULL DEFAULT 0, -- of the newest resolution, and who it was
  last_who TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (rule_num, client_num, verdict)
) WITHOUT ROWID;

-- Who has claimed a group: its new alerts are theirs, until it is resolved.
ALTER TABLE alert_groups ADD COLUMN owner_num INTEGER;

CREATE TABLE views (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user_num INTEGER NOT NULL REFERENCES users (num) ON DELETE CASCADE,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  shared INTEGER NOT NULL DEFAULT 0,
  standard INTEGER NOT NULL DEFAULT 0, -- the one that its user begins with
  created_ms INTEGER NOT NULL,
  UNIQUE (user_num, name)
);
