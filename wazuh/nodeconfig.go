package wazuh

import (
	"context"
	"encoding/json"
)

// Configuration returns the server's configuration as it stands in its file, as JSON:
// all of it, a section (such as global), or a field of a section.
func (n *Node) Configuration(ctx context.Context, section, field string) (json.RawMessage, error) {
	call, err := n.request(ctx, "GET", "/configuration")
	if err != nil {
		return nil, err
	}
	return one[json.RawMessage](ctx, n.c, call.set("section", section).set("field", field))
}

// ConfigurationFile returns the configuration as XML, to the byte.
func (n *Node) ConfigurationFile(ctx context.Context) ([]byte, error) {
	call, err := n.request(ctx, "GET", "/configuration")
	if err != nil {
		return nil, err
	}
	return text(ctx, n.c, call.set("raw", "true"))
}

// SetConfiguration replaces the configuration with this XML. It takes effect with the
// next restart; see [Node.Validate].
func (n *Node) SetConfiguration(ctx context.Context, xml []byte) error {
	call, err := n.request(ctx, "PUT", "/configuration")
	if err != nil {
		return err
	}
	return done(ctx, n.c, call.raw("application/octet-stream", xml))
}

// ActiveConfiguration returns what a daemon runs with. Component and configuration are
// such as analysis and global; Wazuh's reference lists the pairs.
func (n *Node) ActiveConfiguration(ctx context.Context, component, configuration string) (json.RawMessage, error) {
	call, err := n.request(ctx, "GET", "/configuration/{component}/{configuration}", component, configuration)
	if err != nil {
		return nil, err
	}
	return one[json.RawMessage](ctx, n.c, call)
}

// Validation is whether a node would start with the configuration that it has.
type Validation struct {
	Node   string `json:"name"`
	Status string `json:"status"` // OK
}

// Validate checks the configuration that the next restart would take. What is wrong
// comes as a [FailedError] of code 1908.
func (n *Node) Validate(ctx context.Context) (Validation, error) {
	call, err := n.action(ctx, "GET", "/configuration/validation")
	if err != nil {
		return Validation{}, err
	}
	return one[Validation](ctx, n.c, call)
}

// APIConfig is how the API of a node is set up.
type APIConfig struct {
	Node   string          `json:"node_name"`
	Config json.RawMessage `json:"node_api_config"`
}

// APIConfig tells how the API is set up.
func (n *Node) APIConfig(ctx context.Context) (APIConfig, error) {
	call, err := n.action(ctx, "GET", "/api/config")
	if err != nil {
		return APIConfig{}, err
	}
	return one[APIConfig](ctx, n.c, call)
}
