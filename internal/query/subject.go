package query

import (
	"slices"
	"strings"

	"github.com/socme-project/socme/soc"
)

// subject is an alert that terms are held against. What several terms may ask for is
// worked out once.
type subject struct {
	alert    *soc.StoredAlert
	observed []soc.Observable
	looked   bool
	text     string // " a b c ", "" until it is needed
}

func (s *subject) observables() []soc.Observable {
	if !s.looked {
		s.observed, s.looked = soc.Observables(&s.alert.Alert), true
	}
	return s.observed
}

// one makes the values of a field that has at most one.
func one(of func(*soc.StoredAlert) string) func(*subject) []string {
	return func(s *subject) []string {
		if value := of(s.alert); value != "" {
			return []string{value}
		}
		return nil
	}
}

// observed makes the values of a field out of the observables of those types.
func observed(types ...soc.ObservableType) func(*subject) []string {
	return func(s *subject) []string {
		var values []string
		for _, o := range s.observables() {
			for _, want := range types {
				if o.Type == want {
					values = append(values, o.Value)
				}
			}
		}
		return values
	}
}

func (s *subject) hosts() []string {
	values := []string{s.alert.Source.Host, s.alert.Destination.Host}
	if s.alert.Agent != nil {
		values = append(values, s.alert.Agent.Name)
	}
	return append(values, observed(soc.ObservableHost)(s)...)
}

func (s *subject) agents() []string {
	if s.alert.Agent == nil {
		return nil
	}
	return []string{s.alert.Agent.Name, s.alert.Agent.ID}
}

func (s *subject) users() []string {
	return append([]string{s.alert.Source.User, s.alert.Destination.User}, observed(soc.ObservableUser)(s)...)
}

func (s *subject) files() []string {
	if s.alert.File == nil {
		return nil
	}
	return pathAndName(s.alert.File.Path)
}

func (s *subject) processes() []string {
	if s.alert.Process == nil {
		return nil
	}
	return pathAndName(s.alert.Process.Path)
}

func (s *subject) urls() []string {
	values := observed(soc.ObservableURL)(s)
	for i := range s.alert.Details {
		if s.alert.Details[i].Name == "url" {
			values = append(values, s.alert.Details[i].Value)
		}
	}
	return values
}

func (s *subject) techniques() []string {
	if s.alert.MITRE == nil {
		return nil
	}
	var values []string
	for _, t := range s.alert.MITRE.Techniques {
		values = append(values, t.ID, t.Name)
		if whole, _, sub := strings.Cut(t.ID, "."); sub {
			values = append(values, whole)
		}
	}
	return values
}

func (s *subject) tactics() []string {
	if s.alert.MITRE == nil {
		return nil
	}
	return s.alert.MITRE.Tactics
}

// pathAndName is a path, and what stands behind its last slash.
func pathAndName(path string) []string {
	if i := strings.LastIndexAny(path, `/\`); i >= 0 && i+1 < len(path) {
		return []string{path, path[i+1:]}
	}
	return []string{path}
}

func (s *subject) tags() []string {
	if len(s.alert.PeopleTags) == 0 {
		return s.alert.Tags
	}
	return slices.Concat(s.alert.Tags, s.alert.PeopleTags)
}
