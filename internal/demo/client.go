package demo

import (
	"bytes"
	"embed"
	"fmt"

	"github.com/socme-project/socme/soc"
)

// Client is one of the example clients.
type Client struct {
	Name     string // as SOCme shows it
	Node     string // the name of its node
	Key      string // the name of its folders: short, and the same for ever
	Contacts []soc.Contact
	Notes    string
	pace     float64 // alerts a second on average
}

// Clients are the example clients, the busiest first: one where much goes on, and two that are there to show what else
// SOCme is for. The quiet ones have less than a third of its alerts, so that a small machine carries all of them.
func Clients() []Client {
	return []Client{
		{Name: "Demo clinic", Node: "demo-gate", Key: "clinic", pace: 1},
		{
			Name: "Demo shop", Node: "shop-gate", Key: "shop", pace: .3,
			Contacts: []soc.Contact{
				{Name: "Ann Example", Mail: "ann@shop.example", Phone: "+44 1632 960 001", Note: "runs the shop; mornings"},
				{Name: "Duty line of the payment provider", Phone: "+44 1632 960 010", Note: "day and night, when card data may have left"},
			},
			Notes: "Web shop 10.50.10.20, administration 10.50.10.21, tills 10.50.30.11 to 14. A till speaks to the payment provider 198.51.100.80 and to nobody else.",
		},
		{
			Name: "Demo factory", Node: "factory-gate", Key: "factory", pace: .3,
			Contacts: []soc.Contact{
				{Name: "Shift leader", Phone: "+44 1632 960 020", Note: "day and night; before anything on the OT segment is blocked"},
				{Name: "Kim Example", Mail: "kim@factory.example", Phone: "+44 1632 960 021", Note: "engineering; weekdays 7 to 16"},
			},
			Notes: "OT segment 10.60.20.0/24: only the engineering station 10.60.20.40 may write to controllers. Remote maintenance from 198.51.100.200, Tuesdays 8 to 12, by appointment.",
		},
	}
}

//go:embed recording/*/eve.jsonl recording/*/wazuh.jsonl
var recordings embed.FS

// Eve returns the recorded lines of Suricata, alerts and other events, in order and without newlines.
func (c Client) Eve() ([][]byte, error) { return c.lines("eve.jsonl") }

// Wazuh returns the recorded alerts of Wazuh, in order and without newlines.
func (c Client) Wazuh() ([][]byte, error) { return c.lines("wazuh.jsonl") }

func (c Client) lines(name string) ([][]byte, error) {
	recording, err := recordings.ReadFile("recording/" + c.Key + "/" + name)
	if err != nil {
		return nil, fmt.Errorf("recording of example client %q: %w", c.Name, err)
	}
	return bytes.Split(bytes.TrimSuffix(recording, []byte("\n")), []byte("\n")), nil
}
