-- Comments that a client's own people do not read. Those until now were read by all.
ALTER TABLE actions ADD COLUMN internal BOOLEAN NOT NULL DEFAULT FALSE;
