package wazuh

import (
	"context"
	"iter"
)

// Account is a user of an agent's machine.
type Account struct {
	Agent AgentID `json:"agent_id"`
	User  struct {
		Name            string `json:"name"`
		FullName        string `json:"full_name"`
		ID              Int    `json:"id"`
		UUID            Text   `json:"uuid"`
		Home            string `json:"home"`
		Shell           string `json:"shell"`
		Type            string `json:"type"`
		Groups          Text   `json:"groups"`
		GroupID         Int    `json:"group_id"`
		Roles           Text   `json:"roles"`
		Created         Time   `json:"created,omitzero"`
		LastLogin       Time   `json:"last_login,omitzero"`
		Hidden          Flag   `json:"is_hidden"`
		Remote          Flag   `json:"is_remote"`
		PasswordStatus  string `json:"password_status"`
		PasswordHash    string `json:"password_hash_algorithm"` // the algorithm
		PasswordChanged Time   `json:"password_last_change,omitzero"`
		AuthFailed      Int    `json:"auth_failed_count"`
		AuthFailedTime  Time   `json:"auth_failed_timestamp,omitzero"`
	} `json:"user"`
	Login struct {
		Status Flag   `json:"status"` // logged in
		TTY    string `json:"tty"`
		Type   string `json:"type"`
	} `json:"login"`
	Host     string `json:"host_ip"`
	PID      Int    `json:"process_pid"`
	Checksum string `json:"checksum"`
	Scan     Scan   `json:"scan"`
}

// AccountGroup is a group of users of an agent's machine.
type AccountGroup struct {
	Agent AgentID `json:"agent_id"`
	Group struct {
		Name        string `json:"name"`
		ID          Int    `json:"id"`
		UUID        Text   `json:"uuid"`
		Description string `json:"description"`
		Users       Text   `json:"users"`
		Hidden      Flag   `json:"is_hidden"`
	} `json:"group"`
	Checksum string `json:"checksum"`
	Scan     Scan   `json:"scan"`
}

// BrowserExtension is one of a browser of an agent's machine.
type BrowserExtension struct {
	Agent   AgentID `json:"agent_id"`
	Browser struct {
		Name    string `json:"name"`
		Profile string `json:"profile_name"`
		Path    string `json:"profile_path"`
	} `json:"browser"`
	Package struct {
		ID          Text   `json:"id"`
		Name        string `json:"name"`
		Version     Text   `json:"version"`
		Path        string `json:"path"`
		Description string `json:"description"`
		Vendor      string `json:"vendor"`
		Type        string `json:"type"`
		Reference   string `json:"reference"`
		Permissions Text   `json:"permissions"`
		Enabled     Flag   `json:"enabled"`
		Visible     Flag   `json:"visible"`
		AutoUpdate  Flag   `json:"autoupdate"`
		Persistent  Flag   `json:"persistent"`
		FromStore   Flag   `json:"from_webstore"`
		Installed   Text   `json:"installed"`
	} `json:"package"`
	Hash struct {
		SHA256 string `json:"sha256"`
	} `json:"file_hash"`
	Checksum string `json:"checksum"`
	Scan     Scan   `json:"scan"`
}

// Service is one of an agent's machine.
type Service struct {
	Agent   AgentID `json:"agent_id"`
	Service struct {
		ID          Text   `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
		Type        string `json:"type"`
		State       string `json:"state"`
		SubState    string `json:"sub_state"`
		Enabled     Text   `json:"enabled"`
		StartType   string `json:"start_type"`
		Restart     string `json:"restart"`
		ExitCode    Int    `json:"exit_code"`
		Address     string `json:"address"`
	} `json:"service"`
	Process struct {
		PID        Int    `json:"pid"`
		Executable string `json:"executable"`
		Arguments  Text   `json:"args"`
		User       string `json:"user_name"`
		Group      string `json:"group_name"`
		Folder     string `json:"working_directory"`
	} `json:"process"`
	File struct {
		Path string `json:"path"`
	} `json:"file"`
	Checksum string `json:"checksum"`
	Scan     Scan   `json:"scan"`
}

// Accounts returns users. 4.14.
func (s *Syscollector) Accounts(ctx context.Context, agent AgentID, q Query) iter.Seq2[Account, error] {
	return ofAgent[Account](ctx, s.c, sysOp+"users", agent, q)
}

// AccountGroups returns groups of users. 4.14.
func (s *Syscollector) AccountGroups(ctx context.Context, agent AgentID, q Query) iter.Seq2[AccountGroup, error] {
	return ofAgent[AccountGroup](ctx, s.c, sysOp+"groups", agent, q)
}

// BrowserExtensions returns extensions of browsers. 4.14.
func (s *Syscollector) BrowserExtensions(ctx context.Context, agent AgentID, q Query) iter.Seq2[BrowserExtension, error] {
	return ofAgent[BrowserExtension](ctx, s.c, sysOp+"browser_extensions", agent, q)
}

// Services returns services. 4.14.
func (s *Syscollector) Services(ctx context.Context, agent AgentID, q Query) iter.Seq2[Service, error] {
	return ofAgent[Service](ctx, s.c, sysOp+"services", agent, q)
}
