-- What people do with alerts, and the query language asks for. owner_num is the number
-- of a user, verdict a soc.Verdict.
ALTER TABLE alerts ADD COLUMN owner_num INTEGER;
ALTER TABLE alerts ADD COLUMN verdict INTEGER NOT NULL DEFAULT 0;
CREATE INDEX alerts_state ON alerts (state, sort_key);
CREATE INDEX alerts_client_state ON alerts (client_num, state, sort_key);
CREATE INDEX alerts_owner ON alerts (owner_num, sort_key) WHERE owner_num IS NOT NULL;
CREATE INDEX alerts_verdict ON alerts (verdict, sort_key) WHERE verdict <> 0;

-- The alert's number in alert_text, in the order of sort_key: what the index finds comes
-- out newest first. NULL for one that is not in the index yet.
ALTER TABLE alerts ADD COLUMN place INTEGER;
CREATE UNIQUE INDEX alerts_place ON alerts (place);

-- query.AlertText and query.AlertTokens of each alert, separated by spaces. Everything
-- else that is ASCII is part of a token. It is filled by the store, since only Go folds
-- as queries do.
DROP TABLE alert_text;
CREATE VIRTUAL TABLE alert_text USING fts5 (text, content = '', contentless_delete = 1,
  tokenize = 'ascii tokenchars ''!"#$%&()*+,-./:;<=>?@[\]^_`{|}~''');

-- The text index finds these as fast, in the order of the list, and together with others.
DROP INDEX alerts_severity;
DROP INDEX alerts_client_severity;
DROP INDEX alerts_src;
DROP INDEX alerts_dst;

-- Folded as queries fold: the id, and the words of the name with a space around each.
ALTER TABLE rules ADD COLUMN id_key TEXT;
ALTER TABLE rules ADD COLUMN name_key TEXT;
CREATE INDEX rules_id_key ON rules (id_key);
