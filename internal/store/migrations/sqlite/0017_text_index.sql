-- Twice as many pieces of the text index are merged at once: each word is written half as
-- often, which is a sixth of what an alert costs, and a search looks into some more pieces.
INSERT INTO alert_text (alert_text, rank) VALUES ('automerge', 8);
