-- Comments that a client's own people do not read. Those until now were read by all.
ALTER TABLE actions ADD COLUMN internal INTEGER NOT NULL DEFAULT FALSE;
