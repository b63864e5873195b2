-- Lists are ordered by the event's time as the core's clock would have told it, so that
-- a node whose clock is wrong changes no order. Without a skew it is the id.
ALTER TABLE alerts ADD COLUMN sort_key BLOB NOT NULL DEFAULT x'';
UPDATE alerts SET sort_key = id;
DROP INDEX alerts_client;
DROP INDEX alerts_client_severity;
DROP INDEX alerts_severity;
DROP INDEX alerts_rule;
DROP INDEX alerts_src;
DROP INDEX alerts_dst;
CREATE INDEX alerts_sort ON alerts (sort_key);
CREATE INDEX alerts_client ON alerts (client_num, sort_key);
CREATE INDEX alerts_client_severity ON alerts (client_num, severity, sort_key);
CREATE INDEX alerts_severity ON alerts (severity, sort_key);
CREATE INDEX alerts_rule ON alerts (rule_num, sort_key);
CREATE INDEX alerts_src ON alerts (src, sort_key) WHERE src IS NOT NULL;
CREATE INDEX alerts_dst ON alerts (dst, sort_key) WHERE dst IS NOT NULL;

-- 1 open, 2 acknowledged, 3 escalated, 4 resolved.
ALTER TABLE alerts ADD COLUMN state INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alerts ADD COLUMN resolved_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN resolution TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN witnesses INTEGER NOT NULL DEFAULT 0;

-- The alert that was raised, as long as it is not resolved by itself.
ALTER TABLE raised ADD COLUMN alert_num INTEGER;

-- Alerts of events that another sensor may tell of, too. via: 0 the rule's own engine
-- wrote it, 1 Wazuh passed it on. Keys begin with the time, so that they are inserted
-- side by side.
CREATE TABLE events (
  node_num INTEGER NOT NULL,
  key BLOB NOT NULL,
  alert_num INTEGER NOT NULL,
  via INTEGER NOT NULL,
  witnessed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (node_num, key, alert_num)
) WITHOUT ROWID;

-- Records that tell of the event of an alert that is held already: id is the one that
-- the record would have as an alert.
CREATE TABLE witnesses (
  id BLOB PRIMARY KEY,
  alert_num INTEGER NOT NULL,
  head_num INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  raw_hash BLOB NOT NULL,
  raw_size INTEGER NOT NULL,
  codec INTEGER NOT NULL, -- as in raws
  raw BLOB NOT NULL,
  normal TEXT NOT NULL -- soc.Alert as JSON
) WITHOUT ROWID;
CREATE INDEX witnesses_alert ON witnesses (alert_num);

-- kind 4: a witness. received_ms is 0 where it was not kept yet.
ALTER TABLE ledger ADD COLUMN received_ms INTEGER NOT NULL DEFAULT 0;
UPDATE ledger SET received_ms = COALESCE((SELECT received_ms FROM alerts WHERE alerts.id = ledger.alert_id), 0);

-- What the range is: missing, or dropped by the outbox's quota; then by rule what it
-- was ([]soc.Withheld as JSON).
ALTER TABLE missing_ranges ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE missing_ranges ADD COLUMN withheld TEXT NOT NULL DEFAULT '';
ALTER TABLE missing_ranges ADD COLUMN received_ms INTEGER NOT NULL DEFAULT 0;

-- What nodes did not deliver, by rule and day. outbox is the one that counted: another
-- one begins at zero.
CREATE TABLE withheld (
  node_num INTEGER NOT NULL REFERENCES nodes (num),
  outbox TEXT NOT NULL,
  day INTEGER NOT NULL, -- days since 1970, UTC, by the node's clock
  rule_num INTEGER NOT NULL,
  why TEXT NOT NULL,
  reason TEXT NOT NULL,
  severity INTEGER NOT NULL,
  count INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (node_num, outbox, day, rule_num, why, reason)
) WITHOUT ROWID;

ALTER TABLE nodes ADD COLUMN health TEXT NOT NULL DEFAULT ''; -- soc.NodeHealth as JSON
