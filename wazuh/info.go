package wazuh

import "context"

// Info is what a server says of itself.
type Info struct {
	Title      string `json:"title"`
	APIVersion string `json:"api_version"` // such as 4.14.7
	Revision   Text   `json:"revision"`
	License    string `json:"license_name"`
	LicenseURL string `json:"license_url"`
	Hostname   string `json:"hostname"`
	Time       Time   `json:"timestamp,omitzero"`
}

// Version reads APIVersion.
func (i Info) Version() (Version, error) { return ParseVersion(i.APIVersion) }

// Info asks what the server is.
func (c *Client) Info(ctx context.Context) (Info, error) {
	info, err := object[Info](ctx, c, request("GET /"))
	if err != nil {
		return info, err
	}
	if v, err := info.Version(); err == nil {
		c.keepVersion(v)
	}
	return info, nil
}

// Overview is the agents at a glance.
type Overview struct {
	Nodes []struct {
		Node  string `json:"node_name"`
		Count int    `json:"count"`
	} `json:"nodes"`
	Groups []Group `json:"groups"`
	OS     []struct {
		OS    AgentOS `json:"os"`
		Count int     `json:"count"`
	} `json:"agent_os"`
	Status   AgentsStatus `json:"agent_status"`
	Versions []struct {
		Version string `json:"version"`
		Count   int    `json:"count"`
	} `json:"agent_version"`
	LastRegistered []Agent `json:"last_registered_agent"`
}

// Overview sums the agents up. The server itself (agent 000) does not count.
func (c *Client) Overview(ctx context.Context) (Overview, error) {
	return object[Overview](ctx, c, request("GET /overview/agents"))
}
