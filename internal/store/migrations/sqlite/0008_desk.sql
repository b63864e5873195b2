-- Groups are asked for by address, too: these are the ones of their alerts.
ALTER TABLE alert_groups ADD COLUMN src BLOB;
ALTER TABLE alert_groups ADD COLUMN dst BLOB;
UPDATE alert_groups SET
  src = (SELECT src FROM alerts WHERE group_num = alert_groups.num AND src IS NOT NULL LIMIT 1),
  dst = (SELECT dst FROM alerts WHERE group_num = alert_groups.num AND dst IS NOT NULL LIMIT 1);

-- What was done to all groups that a query finds; and the tag that was given or taken.
ALTER TABLE actions ADD COLUMN of_groups INTEGER NOT NULL DEFAULT 0;
ALTER TABLE actions ADD COLUMN tag TEXT NOT NULL DEFAULT '';

-- The tags that people give: to alerts, and to groups as a whole.
CREATE TABLE alert_tags (
  alert_num INTEGER NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (alert_num, tag)
) WITHOUT ROWID;
CREATE INDEX alert_tags_tag ON alert_tags (tag, alert_num);
CREATE TABLE group_tags (
  group_num INTEGER NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (group_num, tag)
) WITHOUT ROWID;

-- Whom to call, what to know, and what a client looks like. deleted_ms: its data is going.
ALTER TABLE clients ADD COLUMN contacts TEXT NOT NULL DEFAULT '[]'; -- []soc.Contact as JSON
ALTER TABLE clients ADD COLUMN notes TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN deleted_ms INTEGER NOT NULL DEFAULT 0;
CREATE TABLE logos (
  client_num INTEGER PRIMARY KEY REFERENCES clients (num) ON DELETE CASCADE,
  type TEXT NOT NULL,
  hash TEXT NOT NULL, -- of image
  image BLOB NOT NULL
);

-- The view that each user begins with: their own, or one that another shares.
CREATE TABLE first_views (
  user_num INTEGER PRIMARY KEY REFERENCES users (num) ON DELETE CASCADE,
  view_num INTEGER NOT NULL REFERENCES views (num) ON DELETE CASCADE
);
INSERT INTO first_views SELECT user_num, MIN(num) FROM views WHERE standard GROUP BY user_num;
