-- The place of a source that reads no file, in its own words.
ALTER TABLE cursors ADD COLUMN mark TEXT NOT NULL DEFAULT '';
