-- What people and machines did to alerts, in the order in which they did it.
CREATE TABLE actions (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at_ms INTEGER NOT NULL,
  user_num INTEGER, -- NULL for SOCme itself
  who TEXT NOT NULL, -- the name as it was then
  verb TEXT NOT NULL,
  verdict INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  query TEXT NOT NULL DEFAULT '',
  group_num INTEGER, -- where a group was acted on
  alerts INTEGER NOT NULL DEFAULT 0,
  undone_ms INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX actions_group ON actions (group_num) WHERE group_num IS NOT NULL;
INSERT INTO counters SELECT 'action', 0;

-- The alerts of an action, and what they were before it.
CREATE TABLE action_alerts (
  alert_num INTEGER NOT NULL,
  action_num INTEGER NOT NULL,
  state INTEGER NOT NULL,
  verdict INTEGER NOT NULL,
  owner_num INTEGER,
  PRIMARY KEY (alert_num, action_num)
) WITHOUT ROWID;
CREATE INDEX action_alerts_action ON action_alerts (action_num, alert_num);

CREATE TABLE mentions (
  user_num INTEGER NOT NULL,
  action_num INTEGER NOT NULL,
  PRIMARY KEY (user_num, action_num)
) WITHOUT ROWID;

-- What alerts of a rule turned out to be, by client.
CREATE TABLE rollup_verdict (
  rule_num INTEGER NOT NULL,
  client_num INTEGER NOT NULL,
  verdict INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (rule_num, client_num, verdict)
) WITHOUT ROWID;

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
