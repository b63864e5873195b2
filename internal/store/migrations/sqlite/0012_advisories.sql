-- Who publishes advisories, and what they published. Texts are plain.
CREATE TABLE publishers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  demo INTEGER NOT NULL DEFAULT FALSE,
  etag TEXT NOT NULL DEFAULT '',
  modified TEXT NOT NULL DEFAULT '',
  read_ms INTEGER NOT NULL DEFAULT 0,
  tried_ms INTEGER NOT NULL DEFAULT 0,
  problem TEXT NOT NULL DEFAULT ''
);

CREATE TABLE advisories (
  id TEXT PRIMARY KEY,
  publisher_id TEXT NOT NULL,
  item_key TEXT NOT NULL, -- the publisher's own name for it
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  link TEXT NOT NULL,
  published_ms INTEGER NOT NULL,
  UNIQUE (publisher_id, item_key)
);
CREATE INDEX advisories_newest ON advisories (published_ms, id);
