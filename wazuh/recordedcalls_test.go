package wazuh_test

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/socme-project/socme/wazuh"
)

// recordedCalls says how each recorded request is made here.
func recordedCalls(r *recording) calls {
	const (
		ruleFile  = "socme_rules.xml"
		sshLine   = "Nov 23 10:11:12 web1 sshd[1234]: Failed password for invalid user admin from 203.0.113.7 port 4242 ssh2"
		manyItems = 1000
	)
	agents := func(f wazuh.AgentFilter) func(context.Context, *wazuh.Client) (any, error) {
		return func(ctx context.Context, c *wazuh.Client) (any, error) { return page(c.Agents.List(ctx, f), manyItems) }
	}
	raw := func(call wazuh.Call) func(context.Context, *wazuh.Client) (any, error) {
		return func(ctx context.Context, c *wazuh.Client) (any, error) {
			_, err := c.Do(ctx, call)
			return nil, err
		}
	}
	login := func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Security.Login(ctx) }
	users := func(name, password string) func(context.Context, *wazuh.Client) (any, error) {
		return func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Users.Create(ctx, name, password) }
	}
	rules := func(n int, f wazuh.RuleFilter) func(context.Context, *wazuh.Client) (any, error) {
		return func(ctx context.Context, c *wazuh.Client) (any, error) { return page(c.Rules.List(ctx, f), n) }
	}
	upload := func(name string, overwrite bool) func(context.Context, *wazuh.Client) (any, error) {
		return func(ctx context.Context, c *wazuh.Client) (any, error) {
			var text string
			if err := json.Unmarshal(r.Request.Body, &text); err != nil {
				return nil, err
			}
			return nil, c.Rules.Files.Write(ctx, wazuh.FileRef{Name: name}, []byte(text), overwrite)
		}
	}
	all := calls{
		"rule-put": upload(ruleFile, false), "rule-put-again": upload(ruleFile, false),
		"rule-put-overwrite": upload(ruleFile, true), "rule-put-badrule": upload("socme_bad.xml", false),
		"rule-put-ctype": func(ctx context.Context, c *wazuh.Client) (any, error) {
			_, err := c.Do(ctx, wazuh.Call{Method: "PUT", Path: "/rules/files/socme_c.xml", Body: []byte(r.requestText())})
			return nil, err
		},
		"big-body": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return nil, c.Lists.Write(ctx, "big", []byte(r.requestText()), false)
		},
		"events": func(ctx context.Context, c *wazuh.Client) (any, error) {
			var body struct{ Events []string }
			if err := json.Unmarshal(r.Request.Body, &body); err != nil {
				return nil, err
			}
			return nil, c.Events.Send(ctx, body.Events...)
		},
		"auth-raw": login, "auth-bad": login, "auth-none": login, "ro-auth": login,
		"no-token": agents(wazuh.AgentFilter{}), "bad-token": agents(wazuh.AgentFilter{}), "bad-token2": agents(wazuh.AgentFilter{}),
		"after-logout": agents(wazuh.AgentFilter{}), "ro-agents": agents(wazuh.AgentFilter{}),
		"run-as": func(ctx context.Context, c *wazuh.Client) (any, error) {
			token, err := c.Security.Login(ctx)
			return map[string]string{"token": token}, err
		},
		"root":            func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Info(ctx) },
		"overview-agents": func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Overview(ctx) },
		"agents-select":   agents(wazuh.AgentFilter{Query: wazuh.Query{Select: []string{"id", "name", "status"}}}),
		"agents-summary-os": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.Agents.Systems(ctx)
		},
		"agent-add-dup": func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Agents.Add(ctx, "node-one", "any") },
		"agent-add-bad": func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Agents.Add(ctx, "bad name!", "") },
		"agent-insert": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.Agents.Insert(ctx, wazuh.AgentInsert{
				ID: "055", Name: "node-two", IP: "10.0.0.5", Key: "1abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghi64",
			})
		},
		"agent-key-missing":   func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Agents.Key(ctx, "099") },
		"agents-list-partial": agents(wazuh.AgentFilter{IDs: []wazuh.AgentID{"001", "099"}}),
		"agents-q":            agents(wazuh.AgentFilter{Query: wazuh.Query{Q: "name~node;status=never_connected"}}),
		"agents-search":       agents(wazuh.AgentFilter{Query: wazuh.Query{Search: "node-t"}}),
		"agents-badq":         agents(wazuh.AgentFilter{Query: wazuh.Query{Q: "zzz"}}),
		"agents-badselect":    agents(wazuh.AgentFilter{Query: wazuh.Query{Select: []string{"zzz"}}}),
		"agents-limit0":       raw(wazuh.Call{Path: "/agents"}),
		"agents-badparam":     raw(wazuh.Call{Path: "/agents", Query: map[string][]string{"bogus": {"1"}}}),
		"agents-sort": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Agents.List(ctx, wazuh.AgentFilter{Query: wazuh.Query{Sort: "-id"}}), 2)
		},
		"agents-no-group": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Agents.NoGroup(ctx, wazuh.Query{}), manyItems)
		},
		"agents-outdated": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Agents.Outdated(ctx, wazuh.Query{}), manyItems)
		},
		"agents-delete-nostatus": raw(wazuh.Call{Method: "DELETE", Path: "/agents", Query: map[string][]string{"agents_list": {"055"}}}),
		"agents-delete": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.Agents.Delete(ctx, wazuh.AgentDelete{IDs: []wazuh.AgentID{"055", "077"}})
		},
		"groups": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Groups.List(ctx, wazuh.GroupFilter{}), manyItems)
		},
		"rules":    rules(2, wazuh.RuleFilter{}),
		"rules-id": rules(manyItems, wazuh.RuleFilter{IDs: []int{5710, 86601}}),
		"rule-get": rules(manyItems, wazuh.RuleFilter{Files: []string{ruleFile}}),
		"rules-group": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Rules.List(ctx, wazuh.RuleFilter{Group: "suricata"}), manyItems)
		},
		"rules-groups": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Rules.Groups(ctx, wazuh.Query{}), 5)
		},
		"rules-files": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Rules.Files.List(ctx, wazuh.RulesetFileFilter{}), 2)
		},
		"rules-requirement": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Rules.Requirements(ctx, "pci_dss", wazuh.Query{}), 3)
		},
		"rules-file-raw": func(ctx context.Context, c *wazuh.Client) (any, error) {
			text, err := c.Rules.Files.Read(ctx, wazuh.FileRef{Name: "local_rules.xml"})
			return string(text), err
		},
		"rules-file-404": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.Rules.Files.Parsed(ctx, wazuh.FileRef{Name: "nope.xml"})
		},
		"rule-delete-404": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return nil, c.Rules.Files.Delete(ctx, wazuh.FileRef{Name: ruleFile})
		},
		"reload": func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Manager.ReloadRuleset(ctx) },
		"logtest-new": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.Logtest.Run(ctx, wazuh.LogtestInput{Format: "json", Location: "test", Event: `{"socme":"yes"}`})
		},
		"logtest-ssh": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.Logtest.Run(ctx, wazuh.LogtestInput{Format: "syslog", Location: "/var/log/auth.log", Event: sshLine})
		},
		"logtest-session": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.Logtest.Run(ctx, wazuh.LogtestInput{
				Token: "313f1de0", Format: "syslog", Location: "/var/log/auth.log", Event: strings.Replace(sshLine, "10:11:12", "10:11:13", 1),
			})
		},
		"logtest-badtoken": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.Logtest.Run(ctx, wazuh.LogtestInput{Token: "deadbeef", Format: "syslog", Location: "x", Event: "hello"})
		},
		"logtest-missing":      raw(wazuh.Call{Method: "PUT", Path: "/logtest", Body: []byte(`{"event":"x"}`)}),
		"logtest-delete":       func(ctx context.Context, c *wazuh.Client) (any, error) { return nil, c.Logtest.End(ctx, "313f1de0") },
		"logtest-delete-again": func(ctx context.Context, c *wazuh.Client) (any, error) { return nil, c.Logtest.End(ctx, "313f1de0") },
		"decoders-files": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Decoders.Files.List(ctx, wazuh.RulesetFileFilter{}), 1)
		},
		"decoders-parents": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Decoders.Parents(ctx, wazuh.Query{}), 1)
		},
		"lists": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Lists.List(ctx, wazuh.ListFilter{Names: []string{"audit-keys"}}), 1)
		},
		"lists-files": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return page(c.Lists.Files(ctx, wazuh.ListFilter{}), 2)
		},
		"list-put": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return nil, c.Lists.Write(ctx, "socme-ips", []byte("203.0.113.7:bad\n198.51.100.2:bad\n"), false)
		},
		"list-put-dup": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return nil, c.Lists.Write(ctx, "socme-ips", []byte("203.0.113.7:bad\n"), false)
		},
		"list-get-raw": func(ctx context.Context, c *wazuh.Client) (any, error) {
			text, err := c.Lists.Read(ctx, "socme-ips")
			return string(text), err
		},
		"list-delete": func(ctx context.Context, c *wazuh.Client) (any, error) { return nil, c.Lists.Delete(ctx, "socme-ips") },
		"ar-000": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.ActiveResponse.Run(ctx, wazuh.Command{Name: "!restart-wazuh", Arguments: []string{}}, "000")
		},
		"ar-001": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.ActiveResponse.Run(ctx, wazuh.Command{
				Name: "!firewall-drop", Arguments: []string{"-srcip", "203.0.113.7"}, Alert: json.RawMessage(`{"data":{"srcip":"203.0.113.7"}}`),
			}, "001")
		},
		"user-create": users("socme-ro", "Short1"), "user-create-ok": users("socme-ro", "S0cme-Readonly!"),
		"404": raw(wazuh.Call{Path: "/nope"}), "405": raw(wazuh.Call{Method: "POST", Path: "/manager/info"}),
		"me":     func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Security.Me(ctx) },
		"logout": func(ctx context.Context, c *wazuh.Client) (any, error) { return nil, c.Security.Logout(ctx) },
		"rate-limit": func(ctx context.Context, c *wazuh.Client) (any, error) {
			return c.Mitre.Metadata(ctx)
		},
	}
	addManagerCalls(all)
	addAgentCalls(all)
	return all
}

func addManagerCalls(all calls) {
	all["manager-stats"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Manager.Stats(ctx, time.Time{}) }
	all["manager-stats-hourly"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Manager.StatsHourly(ctx) }
	all["manager-stats-analysisd"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Manager.StatsAnalysisd(ctx) }
	all["manager-daemons-stats"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return c.Manager.DaemonStats(ctx, "wazuh-analysisd")
	}
	all["manager-logs"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.Manager.Logs(ctx, wazuh.LogFilter{}), 3)
	}
	all["manager-logs-summary"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		counts, err := c.Manager.LogsSummary(ctx)
		if len(counts) != 16 || counts["wazuh-analysisd"] != (wazuh.LogCounts{All: 24, Info: 14, Error: 8, Warning: 2}) {
			return "no", err
		}
		return nil, err
	}
	all["manager-configuration"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return c.Manager.Configuration(ctx, "global", "")
	}
	all["manager-configuration-raw"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		text, err := c.Manager.ConfigurationFile(ctx)
		return string(text), err
	}
	all["manager-component"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return c.Manager.ActiveConfiguration(ctx, "analysis", "global")
	}
	all["version-check"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Manager.CheckVersion(ctx, false) }
	all["cluster-status"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		status, err := c.Cluster.Status(ctx)
		if status.Enabled || status.Running {
			return "no", err
		}
		return nil, err
	}
	all["cluster-local"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Cluster.Local(ctx) }
	all["cluster-nodes"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.Cluster.Nodes(ctx, wazuh.NodeFilter{}), 10)
	}
	all["cluster-health"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Cluster.Health(ctx) }
	all["ro-denied"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Manager.Info(ctx) }
}

func addAgentCalls(all calls) {
	all["mitre-techniques"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.Mitre.Techniques(ctx, wazuh.Query{}), 1)
	}
	all["mitre-tactics"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.Mitre.Tactics(ctx, wazuh.Query{}), 2)
	}
	all["mitre-q"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.Mitre.Techniques(ctx, wazuh.Query{Q: "external_id=T1110.001", Select: []string{"name", "external_id", "tactics"}}), 10)
	}
	all["mitre-metadata"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		about, err := c.Mitre.Metadata(ctx)
		if len(about) != 2 || about["mitre_version"] != "2.0" {
			return "no", err
		}
		return nil, err
	}
	all["mitre-groups"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.Mitre.Groups(ctx, wazuh.Query{}), 1)
	}
	all["mitre-software"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.Mitre.Software(ctx, wazuh.Query{}), 1)
	}
	all["syscheck"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.Syscheck.Files(ctx, "000", wazuh.WatchedFilter{}), 10)
	}
	all["syscheck-last"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Syscheck.LastScan(ctx, "000") }
	all["syscheck-run"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Syscheck.Run(ctx, "001") }
	all["sca"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.SCA.Policies(ctx, "000", wazuh.Query{}), 10)
	}
	all["sca-checks"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.SCA.Checks(ctx, "000", "none", wazuh.SCACheckFilter{}), 10)
	}
	all["sysc-packages"] = func(ctx context.Context, c *wazuh.Client) (any, error) {
		return page(c.Syscollector.Packages(ctx, "000", wazuh.Query{}), 10)
	}
	all["sysc-missing"] = func(ctx context.Context, c *wazuh.Client) (any, error) { return c.Syscollector.OS(ctx, "099") }
}
