package demo

import (
	"time"

	"github.com/socme-project/socme/soc"
)

// example is an invented advisory, published so long before now.
type example struct {
	kind           soc.AdvisoryKind
	before         time.Duration
	title, summary string
}

const day = 24 * time.Hour

var examples = [...]example{
	{soc.AdvisoryAlert, 3 * time.Hour, "Exploitation under way against remote access gateways of one maker", "Attackers use a flaw in the sign-in page of the gateway to run commands without an account. Install version 9.4.2, or switch the web portal off until you can. Look for new accounts made since Monday."},
	{soc.AdvisoryAlert, 9 * day, "Phishing that poses as the health insurer", "Mails with the subject “Your file is incomplete” lead to a page that asks for the password and the second factor, and uses both at once."},
	{soc.AdvisoryNotice, 6 * time.Hour, "Several flaws in a widely used web shop", "Two flaws let a customer read other customers' orders; one lets an editor run code. Corrected in 3.18.1 and 4.2.0."},
	{soc.AdvisoryNotice, 1 * day, "Flaw in the firmware of programmable controllers", "A single packet to port 502 stops the controller until somebody switches it off and on. There is no correction yet: let only the engineering station reach that port."},
	{soc.AdvisoryNotice, 2 * day, "Denial of service in a DNS resolver", "Answers that are made for it keep the resolver busy for minutes. Corrected in 1.21.3."},
	{soc.AdvisoryNotice, 5 * day, "Privilege escalation in a backup agent", "A local user can become SYSTEM through a folder that everybody may write to. Corrected in 12.1."},
	{soc.AdvisoryReport, 4 * day, "How one extortion group works, from first mail to encryption", "What we saw in eleven cases of this year: entry by stolen passwords of VPN accounts, four to nine days inside, backups deleted first. With indicators and rules for detection."},
	{soc.AdvisoryReport, 20 * day, "A year of attacks on factories", "Who attacks production networks, how they come from the office network, and which seven measures would have stopped most of what we saw."},
}

// Publishers are the invented ones of the example advisories.
func Publishers() []soc.Publisher {
	return []soc.Publisher{
		{Name: "Example CERT", URL: "https://cert.example/alerts", Kind: soc.AdvisoryAlert, Demo: true},
		{Name: "Example CERT", URL: "https://cert.example/advisories", Kind: soc.AdvisoryNotice, Demo: true},
		{Name: "Example CERT", URL: "https://cert.example/reports", Kind: soc.AdvisoryReport, Demo: true},
	}
}

// Advisories are the example advisories of a kind. They lead nowhere: there is nobody who
// published them.
func Advisories(kind soc.AdvisoryKind, now time.Time) []soc.Advisory {
	var items []soc.Advisory
	for _, e := range examples {
		if e.kind == kind {
			items = append(items, soc.Advisory{Key: e.title, Title: e.title, Summary: e.summary, PublishedTime: now.Add(-e.before).UTC()})
		}
	}
	return items
}
