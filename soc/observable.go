package soc

import (
	"net/netip"
	"strings"
)

// ObservableType is what kind of thing an Observable is.
type ObservableType string

// The types of observables.
const (
	ObservableAddress ObservableType = "address"
	ObservableDomain  ObservableType = "domain"
	ObservableHash    ObservableType = "hash"
	ObservableURL     ObservableType = "url"
	ObservableUser    ObservableType = "user"
	ObservableHost    ObservableType = "host"
	ObservableEmail   ObservableType = "email"
)

// Observable is something in an alert that may stand in other alerts, too, or on
// somebody's list of bad things.
type Observable struct {
	Type  ObservableType `json:"type" enum:"address,domain,hash,url,user,host,email"`
	Value string         `json:"value"`
}

// maxObservables is how many of one alert are worth looking at.
const maxObservables = 64

// Observables are the addresses, domains, hashes, URLs, users and hosts of an alert:
// each once, at most 64, the endpoints first. They are taken out of the alert each time
// and are stored nowhere, so that a better table serves old alerts, too. What is no
// such thing, whatever its detail is called, is left out.
func Observables(a *Alert) []Observable {
	o := observables{}
	for _, side := range []*Endpoint{&a.Source, &a.Destination} {
		if side.Address.IsValid() {
			o.address(side.Address.String())
		}
		o.add(ObservableHost, side.Host)
		o.add(ObservableUser, side.User)
	}
	if a.File != nil {
		for _, hash := range []string{a.File.SHA256, a.File.SHA1, a.File.MD5} {
			o.hash(hash)
		}
	}
	var host, port, path string
	for i := range a.Details {
		name, value := a.Details[i].Name, a.Details[i].Value
		switch name {
		case "http host":
			host = value
		case "http port":
			port = value
		case "url":
			if path == "" && strings.HasPrefix(value, "/") {
				path = value
			}
		}
		switch kind, ok := kindOf(name); {
		case !ok || strings.HasSuffix(value, "…"): // what was cut is something else
		case kind == ObservableURL: // which may hold any sign
			o.one(kind, value)
		default:
			o.all(kind, value)
		}
	}
	if host != "" && path != "" {
		o.add(ObservableURL, address(host, port)+path)
	}
	if a.Agent != nil {
		o.add(ObservableHost, a.Agent.Name)
		o.address(a.Agent.Address)
	}
	return o.found
}

// address of a web server, as a browser shows it.
func address(host, port string) string {
	if port != "" && port != "0" && port != "80" && !strings.Contains(host, ":") {
		host += ":" + port
	}
	return "http://" + host
}

// observables gathers.
type observables struct{ found []Observable }

// all takes each of those that a detail lists.
func (o *observables) all(kind ObservableType, value string) {
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' }) {
		o.one(kind, strings.TrimSpace(part))
	}
}

// one takes text for what it is, which is not always what its detail is called: a
// server's name may be an address, a sender may have a name before.
func (o *observables) one(kind ObservableType, text string) {
	switch kind {
	case ObservableHash:
		o.hash(text)
	case ObservableAddress, ObservableDomain, ObservableHost:
		if !o.address(text) && !o.domain(text) && kind == ObservableHost {
			o.add(ObservableHost, text)
		}
	case ObservableURL:
		if strings.Contains(text, "://") {
			o.add(ObservableURL, text)
		}
	case ObservableEmail, ObservableUser:
		if _, inner, found := strings.Cut(text, "<"); found {
			text = strings.TrimSuffix(inner, ">")
		}
		switch name, domain, found := strings.Cut(text, "@"); {
		case found && name != "" && isDomain(domain):
			o.add(ObservableEmail, strings.ToLower(text))
		case kind == ObservableUser:
			o.add(ObservableUser, text)
		}
	}
}

// add takes a value that is not there yet.
func (o *observables) add(kind ObservableType, value string) {
	switch value = strings.TrimSpace(value); strings.ToLower(value) {
	case "", "-", "?", "none", "null", "(null)", "n/a", "unknown", "any", "localhost":
		return
	}
	if len(o.found) == maxObservables {
		return
	}
	for _, there := range o.found {
		if there.Type == kind && there.Value == value {
			return
		}
	}
	o.found = append(o.found, Observable{Type: kind, Value: value})
}

// address takes an address, also with a port, and says whether it is one. One that
// names no machine, as 0.0.0.0 and 127.0.0.1, is left out.
func (o *observables) address(text string) bool {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		both, err := netip.ParseAddrPort(text)
		if err != nil {
			return false
		}
		addr = both.Addr()
	}
	if addr = addr.Unmap().WithZone(""); !addr.IsUnspecified() && !addr.IsLoopback() {
		o.add(ObservableAddress, addr.String())
	}
	return true
}

// domain takes the name of a domain, also with a port, and says whether it is one.
func (o *observables) domain(text string) bool {
	name, _, _ := strings.Cut(text, ":")
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if !isDomain(name) {
		return false
	}
	o.add(ObservableDomain, name)
	return true
}

// isDomain says whether text is two labels or more, the last one not a number.
func isDomain(text string) bool {
	labels := strings.Split(text, ".")
	if len(labels) < 2 || len(text) > 253 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, r := range label {
			if r < 0x80 && r != '-' && r != '_' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') {
				return false
			}
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

// hash takes the digits of an MD5, SHA-1, SHA-256 or SHA-512, also in pairs with colons
// between, as certificates have them.
func (o *observables) hash(text string) {
	text = strings.ToLower(strings.ReplaceAll(text, ":", ""))
	switch len(text) {
	case 32, 40, 64, 128:
	default:
		return
	}
	if strings.Trim(text, "0123456789abcdef") == "" && strings.Trim(text, text[:1]) != "" { // not all zeros
		o.add(ObservableHash, text)
	}
}
