package wazuh

import (
	"context"
	"iter"
)

// Syscheck watches files (FIM). Up to 4.14; in the indexer since 4.13
// ([Indexer.States]).
type Syscheck struct{ c *Client }

// WatchedFile is a file, or a key or value of Windows' registry.
type WatchedFile struct {
	File       string `json:"file"`
	Type       string `json:"type"` // file, registry_key, registry_value
	Changes    Int    `json:"changes"`
	Time       Time   `json:"date,omitzero"`
	Modified   Time   `json:"mtime,omitzero"`
	Size       Int    `json:"size"` // bytes
	Inode      Int    `json:"inode"`
	Perm       Text   `json:"perm,omitempty"`
	UID        Text   `json:"uid,omitempty"`
	GID        Text   `json:"gid,omitempty"`
	User       string `json:"uname,omitempty"`
	Group      string `json:"gname,omitempty"`
	MD5        string `json:"md5,omitempty"`
	SHA1       string `json:"sha1,omitempty"`
	SHA256     string `json:"sha256,omitempty"`
	Attributes Text   `json:"attributes,omitempty"`
	Arch       string `json:"arch,omitempty"` // of the registry: [x32], [x64]
	Value      struct {
		Name string `json:"name,omitempty"`
		Type string `json:"type,omitempty"`
	} `json:"value,omitzero"`
}

// WatchedFilter narrows a list of files.
type WatchedFilter struct {
	Query
	File   string `url:"file"` // full path
	Type   string `url:"type"` // file, registry_key, registry_value
	Arch   string `url:"arch"`
	MD5    string `url:"md5"`
	SHA1   string `url:"sha1"`
	SHA256 string `url:"sha256"`
	Hash   string `url:"hash"` // any of them
	// Summary leaves all but name and time out.
	Summary bool `url:"summary"`
}

// Files returns what an agent watches.
func (s *Syscheck) Files(ctx context.Context, agent AgentID, f WatchedFilter) iter.Seq2[WatchedFile, error] {
	const op = "GET /syscheck/{agent_id}"
	if err := empty(op, "agent", string(agent)); err != nil {
		return failing[WatchedFile](err)
	}
	return pages(ctx, s.c, list[WatchedFile]{call: request(op, string(agent)).with(f), size: f.PageSize})
}

// LastScan is when an agent looked last; zero times if it never did.
type LastScan struct {
	Begin Time `json:"start,omitzero"`
	End   Time `json:"end,omitzero"`
}

// LastScan tells when an agent looked at its files.
func (s *Syscheck) LastScan(ctx context.Context, agent AgentID) (LastScan, error) {
	return single[LastScan](ctx, s.c, "GET /syscheck/{agent_id}/last_scan", agent, nil)
}

// Run makes agents look at their files now; all of them if none is named.
func (s *Syscheck) Run(ctx context.Context, agents ...AgentID) ([]AgentID, error) {
	return items[AgentID](ctx, s.c, request("PUT /syscheck").set("agents_list", join(agents)))
}

// Clear forgets what is known of an agent's files. For agents before 3.12 alone.
func (s *Syscheck) Clear(ctx context.Context, agent AgentID) error {
	return clearAt(ctx, s.c, "DELETE /syscheck/{agent_id}", agent)
}

func clearAt(ctx context.Context, c *Client, op string, agent AgentID) error {
	if err := empty(op, "agent", string(agent)); err != nil {
		return err
	}
	return done(ctx, c, request(op, string(agent)))
}

// Rootcheck looks for rootkits and odd files. Up to 4.14.
type Rootcheck struct{ c *Client }

// RootcheckFinding is what was found.
type RootcheckFinding struct {
	Status string `json:"status"` // outstanding, solved
	Log    string `json:"log"`
	First  Time   `json:"date_first,omitzero"`
	Last   Time   `json:"date_last,omitzero"`
	PCIDSS Text   `json:"pci_dss,omitempty"`
	CIS    Text   `json:"cis,omitempty"`
}

// RootcheckFilter narrows a list of findings.
type RootcheckFilter struct {
	Query
	Status string `url:"status"` // outstanding, solved, all
	PCIDSS string `url:"pci_dss"`
	CIS    string `url:"cis"`
}

// Findings returns what was found at an agent.
func (r *Rootcheck) Findings(ctx context.Context, agent AgentID, f RootcheckFilter) iter.Seq2[RootcheckFinding, error] {
	const op = "GET /rootcheck/{agent_id}"
	if err := empty(op, "agent", string(agent)); err != nil {
		return failing[RootcheckFinding](err)
	}
	return pages(ctx, r.c, list[RootcheckFinding]{call: request(op, string(agent)).with(f), size: f.PageSize})
}

// LastScan tells when an agent looked.
func (r *Rootcheck) LastScan(ctx context.Context, agent AgentID) (LastScan, error) {
	return single[LastScan](ctx, r.c, "GET /rootcheck/{agent_id}/last_scan", agent, nil)
}

// Run makes agents look now; all of them if none is named.
func (r *Rootcheck) Run(ctx context.Context, agents ...AgentID) ([]AgentID, error) {
	return items[AgentID](ctx, r.c, request("PUT /rootcheck").set("agents_list", join(agents)))
}

// Clear forgets what was found at an agent.
func (r *Rootcheck) Clear(ctx context.Context, agent AgentID) error {
	return clearAt(ctx, r.c, "DELETE /rootcheck/{agent_id}", agent)
}
