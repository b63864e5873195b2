package soc

import "strings"

// kindOf says what stands in the details of that name. Those that no parser has a name
// for are called by their path, of which the last part tells.
func kindOf(name string) (ObservableType, bool) {
	kind, ok := detailKinds[name]
	if ok {
		return kind, true
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		kind, ok = pathKinds[strings.ToLower(name[i+1:])]
	}
	return kind, ok
}

// detailKinds are the names of details.
var detailKinds = map[string]ObservableType{
	"attacker":           ObservableAddress,
	"dhcp address":       ObservableAddress,
	"dns A":              ObservableAddress,
	"dns AAAA":           ObservableAddress,
	"dns answer":         ObservableAddress,
	"flow destination":   ObservableAddress,
	"flow source":        ObservableAddress,
	"target":             ObservableAddress,
	"tunnel destination": ObservableAddress,
	"tunnel source":      ObservableAddress,
	"xff":                ObservableAddress,
	"dns CNAME":          ObservableDomain,
	"dns name":           ObservableDomain,
	"domain":             ObservableDomain,
	"http host":          ObservableDomain,
	"tls name":           ObservableDomain,
	"md5":                ObservableHash,
	"md5 before":         ObservableHash,
	"process hash":       ObservableHash,
	"process md5":        ObservableHash,
	"process sha1":       ObservableHash,
	"process sha256":     ObservableHash,
	"sha1":               ObservableHash,
	"sha1 before":        ObservableHash,
	"sha256":             ObservableHash,
	"sha256 before":      ObservableHash,
	"ja3":                ObservableHash,
	"ja3s":               ObservableHash,
	"hassh":              ObservableHash,
	"hassh server":       ObservableHash,
	"tls fingerprint":    ObservableHash,
	"http redirect":      ObservableURL,
	"redirect":           ObservableURL,
	"referrer":           ObservableURL,
	"url":                ObservableURL,
	"detection user":     ObservableUser,
	"effective user":     ObservableUser,
	"login user":         ObservableUser,
	"member":             ObservableUser,
	"parent user":        ObservableUser,
	"target user":        ObservableUser,
	"user":               ObservableUser,
	"agent host":         ObservableHost,
	"computer":           ObservableHost,
	"host":               ObservableHost,
	"log host":           ObservableHost,
	"email":              ObservableEmail,
	"mail cc":            ObservableEmail,
	"mail from":          ObservableEmail,
	"mail to":            ObservableEmail,
	"smtp recipient":     ObservableEmail,
	"smtp sender":        ObservableEmail,
}

// pathKinds are the last parts of paths, in small letters.
var pathKinds = map[string]ObservableType{
	"address":      ObservableAddress,
	"clientip":     ObservableAddress,
	"dest_ip":      ObservableAddress,
	"destip":       ObservableAddress,
	"dst_ip":       ObservableAddress,
	"dstip":        ObservableAddress,
	"ip":           ObservableAddress,
	"ip_address":   ObservableAddress,
	"ipaddress":    ObservableAddress,
	"ipaddressv4":  ObservableAddress,
	"remote_ip":    ObservableAddress,
	"sourceip":     ObservableAddress,
	"src_ip":       ObservableAddress,
	"srcip":        ObservableAddress,
	"dnsdomain":    ObservableDomain,
	"domain":       ObservableDomain,
	"fqdn":         ObservableDomain,
	"rdata":        ObservableAddress,
	"rrname":       ObservableDomain,
	"hash":         ObservableHash,
	"md5":          ObservableHash,
	"sha1":         ObservableHash,
	"sha256":       ObservableHash,
	"uri":          ObservableURL,
	"url":          ObservableURL,
	"account_name": ObservableUser,
	"accountname":  ObservableUser,
	"dstuser":      ObservableUser,
	"srcuser":      ObservableUser,
	"user":         ObservableUser,
	"username":     ObservableUser,
	"usrname":      ObservableUser,
	"devicename":   ObservableHost,
	"host":         ObservableHost,
	"hostname":     ObservableHost,
	"email":        ObservableEmail,
	"recipient":    ObservableEmail,
	"sender":       ObservableEmail,
	"src_email":    ObservableEmail,
}
