package wazuh_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

	"github.com/socme-project/socme/wazuh"
	"github.com/socme-project/socme/wazuh/wazuhtest"
)

// example is a server to show calls with. A program names its own in URL and leaves
// Transport out.
func example() (*wazuhtest.Server, *wazuh.Client) {
	server := wazuhtest.New()
	server.AddAgents(3)
	client, err := wazuh.New(wazuh.Options{
		URL: "https://wazuh.example.com:55000", Username: "wazuh", Password: wazuh.PasswordText("wazuh"), Transport: server,
	})
	if err != nil {
		log.Fatal(err)
	}
	return server, client
}

func Example() {
	_, client := example()
	ctx := context.Background()
	for agent, err := range client.Agents.List(ctx, wazuh.AgentFilter{Status: []string{"active"}}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(agent.ID, agent.Name, agent.OS.Name)
	}
	// Output:
	// 000 vm Debian GNU/Linux
	// 001 agent-00001 Ubuntu
	// 002 agent-00002 Ubuntu
	// 003 agent-00003 Ubuntu
}

// The usual client: its password and the server's authority stand in files.
func ExampleNew() {
	client, err := wazuh.New(wazuh.Options{
		URL:      "https://wazuh.example.com:55000",
		Username: "soc",
		Password: wazuh.PasswordFile("/etc/soc/wazuh.password"),
		Trust:    wazuh.Trust{Fingerprint: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	fmt.Println("nothing was asked yet")
	// Output: nothing was asked yet
}

// A list may fail in part: what succeeded comes first, then what failed and why.
func ExampleFailedError() {
	_, client := example()
	agents, err := wazuh.Collect(client.Agents.List(context.Background(), wazuh.AgentFilter{IDs: []wazuh.AgentID{"001", "099"}}))
	fmt.Println(len(agents), "found")
	if failed, is := errors.AsType[*wazuh.FailedError](err); is {
		for _, f := range failed.Failures {
			fmt.Println(f.IDs, f.Message, f.Code)
		}
	}
	fmt.Println(errors.Is(err, wazuh.ErrNotFound))
	// Output:
	// 1 found
	// [099] Agent does not exist 1701
	// true
}

// A rule is stored, takes effect, and is tried.
func ExampleClient_rules() {
	_, client := example()
	ctx := context.Background()
	rules := []byte(`<group name="local,"><rule id="100100" level="7"><match>x</match><description>x</description></rule></group>`)
	if err := client.Rules.Files.Write(ctx, wazuh.FileRef{Name: "own_rules.xml"}, rules, true); err != nil {
		log.Fatal(err)
	}
	if _, err := client.Manager.ReloadRuleset(ctx); err != nil {
		log.Fatal(err)
	}
	result, err := client.Logtest.Run(ctx, wazuh.LogtestInput{
		Event:  "sshd[1]: Failed password for invalid user admin from 203.0.113.7",
		Format: "syslog", Location: "/var/log/auth.log",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Alert, result.Output.Rule.ID, result.Output.Rule.Level)
	if err := client.Logtest.End(ctx, result.Token); err != nil {
		log.Fatal(err)
	}
	// Output: true 5710 5
}

// What a version lacks is told without asking.
func ExampleUnsupportedError() {
	server, client := example()
	server.Upgrade("5.0.0")
	_, err := wazuh.Collect(client.Rules.List(context.Background(), wazuh.RuleFilter{}))
	fmt.Println(errors.Is(err, wazuh.ErrUnsupported))
	fmt.Println(err)
	// Output:
	// true
	// GET /rules: Wazuh 5.0.0 has no such call, it went with 5.0.0
}

// A call that has no method.
func ExampleClient_Do() {
	_, client := example()
	answer, err := client.Do(context.Background(), wazuh.Call{Method: http.MethodGet, Path: "/agents/summary/os"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Status, answer.Type)
	// Output: 200 application/json
}

// Alerts lie in the indexer.
func ExampleIndexer_Alerts() {
	server := &wazuhtest.Indexer{}
	server.Add("wazuh-alerts-4.x-2026.11.25", "a", `{"@timestamp":"2026-11-25T10:00:00Z","id":"1.1","rule":{"id":"5710","level":5,"description":"sshd: Attempt to login using a non-existent user"},"agent":{"id":"001","name":"web-1"}}`)
	server.Add("wazuh-alerts-4.x-2026.11.25", "b", `{"@timestamp":"2026-11-25T10:00:01Z","id":"1.2","rule":{"id":"5712","level":10,"description":"sshd: brute force trying to get access to the system"},"agent":{"id":"001","name":"web-1"}}`)
	indexer, err := wazuh.NewIndexer(wazuh.IndexerOptions{URL: "https://wazuh.example.com:9200", Transport: server})
	if err != nil {
		log.Fatal(err)
	}
	for alert, err := range indexer.Alerts(context.Background(), wazuh.AlertSearch{MinLevel: 7}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(alert.Agent.Name, alert.Rule.ID, alert.Rule.Severity())
	}
	// Output: web-1 5712 medium
}
