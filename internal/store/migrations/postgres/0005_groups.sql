CREATE TABLE rollup_minute (
  slot BIGINT NOT NULL,
  client_num BIGINT NOT NULL,
  severity INTEGER NOT NULL,
  engine TEXT COLLATE "C" NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (client_num, slot, severity, engine)
) WITH (fillfactor = 50); -- the newest rows are written by every delivery
CREATE TABLE rollup_hour (
  slot BIGINT NOT NULL,
  client_num BIGINT NOT NULL,
  severity INTEGER NOT NULL,
  engine TEXT COLLATE "C" NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (client_num, slot, severity, engine)
) WITH (fillfactor = 50);
CREATE TABLE rollup_rule (
  slot BIGINT NOT NULL,
  client_num BIGINT NOT NULL,
  rule_num BIGINT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (client_num, slot, rule_num)
) WITH (fillfactor = 70);
CREATE TABLE rollup_facet (
  kind INTEGER NOT NULL,
  client_num BIGINT NOT NULL,
  slot BIGINT NOT NULL,
  severity INTEGER NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (kind, client_num, slot, severity, value)
) WITH (fillfactor = 80);

CREATE TABLE alert_groups (
  num BIGINT PRIMARY KEY,
  id BYTEA NOT NULL UNIQUE,
  client_num BIGINT NOT NULL,
  rule_num BIGINT NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  destination TEXT COLLATE "C" NOT NULL,
  severity INTEGER NOT NULL,
  alerts BIGINT NOT NULL,
  open BIGINT NOT NULL,
  acknowledged BIGINT NOT NULL DEFAULT 0,
  escalated BIGINT NOT NULL DEFAULT 0,
  state INTEGER NOT NULL,
  first_key BYTEA NOT NULL,
  last_key BYTEA NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX alert_groups_state ON alert_groups (state, last_key);
CREATE INDEX alert_groups_client ON alert_groups (client_num, state, last_key);
CREATE SEQUENCE group_nums INCREMENT BY 1000; -- as alert_nums
ALTER TABLE alerts ADD COLUMN group_num BIGINT;
CREATE INDEX alerts_group ON alerts (group_num, sort_key);
