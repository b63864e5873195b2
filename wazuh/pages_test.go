package wazuh_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/socme-project/socme/wazuh"
	"github.com/socme-project/socme/wazuh/wazuhtest"
)

func TestTenThousandAgentsOverPagesThatShift(t *testing.T) {
	for seed := range uint64(2) {
		random := rand.New(rand.NewPCG(seed, 1))
		s := wazuhtest.New()
		s.PerMinute = -1
		s.AddAgents(10_000)
		gone := map[string]bool{}
		s.Before = func(r *http.Request) {
			if r.URL.Path != "/agents" {
				return
			}
			var ids []string
			for range random.IntN(700) { // more than a page at times, anywhere
				id := fmt.Sprintf("%03d", 1+random.IntN(10_000))
				gone[id] = true
				ids = append(ids, id)
			}
			s.RemoveAgents(ids...)
			s.AddAgents(random.IntN(40))
		}
		c := ask(t, s, func(o *wazuh.Options) { o.Limiter = wazuh.NewLimiter(1_000_000) })
		got := map[wazuh.AgentID]bool{}
		for a, err := range c.Agents.List(t.Context(), wazuh.AgentFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			if got[a.ID] {
				t.Fatalf("seed %d: agent %s came twice", seed, a.ID)
			}
			got[a.ID] = true
		}
		for i := range 10_001 {
			id := fmt.Sprintf("%03d", i)
			if !gone[id] && !got[wazuh.AgentID(id)] {
				t.Fatalf("seed %d: agent %s was there all the time and did not come", seed, id)
			}
		}
	}
}

func TestABreakEndsTheFetching(t *testing.T) {
	s := wazuhtest.New()
	s.AddAgents(100)
	n := 0
	for _, err := range ask(t, s).Agents.List(t.Context(), wazuh.AgentFilter{Query: wazuh.Query{PageSize: 10}}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 15 {
			break
		}
	}
	if got := len(s.Requests()); got != 3 {
		t.Errorf("%d requests for 15 agents in pages of 10, want the login and 2: %q", got, s.Requests())
	}
}

func TestAListWithoutIDsIsPagedPlainly(t *testing.T) {
	s := wazuhtest.New()
	c := ask(t, s)
	for i := range 5 {
		name := fmt.Sprintf("x%d.xml", i)
		if err := c.Rules.Files.Write(t.Context(), wazuh.FileRef{Name: name}, []byte("<group/>"), false); err != nil {
			t.Fatal(err)
		}
	}
	files, err := wazuh.Collect(c.Rules.Files.List(t.Context(), wazuh.RulesetFileFilter{Query: wazuh.Query{PageSize: 2}}))
	if err != nil || len(files) != 7 {
		t.Errorf("%d files, %v; want 7", len(files), err)
	}
}

func TestFieldsThatLeaveTheIDOutDoNotStopAList(t *testing.T) {
	s := wazuhtest.New()
	s.AddUser("two", "x", 1)
	s.AddUser("three", "x", 1)
	s.AddUser("four", "x", 1)
	// The fake keeps ids with Select, as the server does; distinct drops them.
	for _, q := range []wazuh.Query{{PageSize: 2, Select: []string{"username"}}, {PageSize: 2, Distinct: true}, {PageSize: 1}} {
		users, err := wazuh.Collect(ask(t, s).Users.List(t.Context(), wazuh.UserFilter{Query: q}))
		if err != nil || len(users) != 4 {
			t.Errorf("%+v: %d users, %v; want 4", q, len(users), err)
		}
	}
}

func TestPartOfAListFailsAndTheRestCounts(t *testing.T) {
	s := wazuhtest.New()
	s.AddAgents(2)
	c := ask(t, s)
	agents, err := wazuh.Collect(c.Agents.List(t.Context(), wazuh.AgentFilter{IDs: []wazuh.AgentID{"001", "099", "002"}}))
	var failed *wazuh.FailedError
	if len(agents) != 2 || !errors.As(err, &failed) || !failed.Partial() || !errors.Is(err, wazuh.ErrNotFound) {
		t.Fatalf("%v, %v; want two agents, and 099 not found", agents, err)
	}
	if f := failed.Failures[0]; f.Code != 1701 || strings.Join(f.IDs, ",") != "099" || f.Remediation == "" {
		t.Errorf("failure %+v", f)
	}
	if !strings.Contains(err.Error(), "099: Agent does not exist (error 1701)") || !strings.Contains(err.Error(), "2 succeeded") {
		t.Errorf("the error says %q", err)
	}
}

func TestWhatAListCannotBeNarrowedByIsRefusedUnasked(t *testing.T) {
	s := wazuhtest.New()
	c := ask(t, s)
	_, err := wazuh.Collect(c.Rules.Groups(t.Context(), wazuh.Query{Q: "a=b"}))
	if err == nil || !strings.Contains(err.Error(), "narrowed by q") || len(s.Requests()) != 0 {
		t.Errorf("%v after %q", err, s.Requests())
	}
	_, err = wazuh.Collect(c.Agents.List(t.Context(), wazuh.AgentFilter{Query: wazuh.Query{PageSize: 100_001}}))
	if err == nil || len(s.Requests()) != 0 {
		t.Errorf("a page of 100,001: %v", err)
	}
}
