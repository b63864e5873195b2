-- What nodes told of their machines, and of the agents of their Wazuh managers.
CREATE TABLE node_facts (
  node_num INTEGER PRIMARY KEY REFERENCES nodes (num),
  machine TEXT NOT NULL DEFAULT '', -- soc.Machine as JSON, '' until it was told
  agent_counts TEXT NOT NULL DEFAULT '' -- soc.NodeAgents as JSON, likewise
);

-- The agents that are listed. Lists are ordered by name_key and num.
CREATE TABLE agents (
  num INTEGER PRIMARY KEY,
  node_num INTEGER NOT NULL REFERENCES nodes (num),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL, -- in lower case
  address TEXT NOT NULL,
  os TEXT NOT NULL,
  version TEXT NOT NULL,
  status TEXT NOT NULL,
  seen_ms INTEGER NOT NULL,
  UNIQUE (node_num, id)
);
CREATE INDEX agents_name ON agents (name_key, num);
