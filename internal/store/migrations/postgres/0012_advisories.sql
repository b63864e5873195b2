-- Who publishes advisories, and what they published. Texts are plain.
CREATE TABLE publishers (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  url TEXT COLLATE "C" NOT NULL UNIQUE,
  kind TEXT COLLATE "C" NOT NULL,
  demo BOOLEAN NOT NULL DEFAULT FALSE,
  etag TEXT COLLATE "C" NOT NULL DEFAULT '',
  modified TEXT COLLATE "C" NOT NULL DEFAULT '',
  read_ms BIGINT NOT NULL DEFAULT 0,
  tried_ms BIGINT NOT NULL DEFAULT 0,
  problem TEXT COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE advisories (
  id TEXT COLLATE "C" PRIMARY KEY,
  publisher_id TEXT COLLATE "C" NOT NULL,
  item_key TEXT COLLATE "C" NOT NULL, -- the publisher's own name for it
  title TEXT COLLATE "C" NOT NULL,
  summary TEXT COLLATE "C" NOT NULL,
  link TEXT COLLATE "C" NOT NULL,
  published_ms BIGINT NOT NULL,
  UNIQUE (publisher_id, item_key)
);
CREATE INDEX advisories_newest ON advisories (published_ms, id);
