package soc

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendJSON appends to b what json.Marshal writes of the alert, in a fifth of the time:
// a node writes every alert that it finds, and this was a sixth of what one cost it.
// Times must lie in the years 0 to 9999.
func (a *Alert) AppendJSON(b []byte) []byte {
	o := object(b).open()
	o = o.text("id", a.ID.String())
	o = o.text("severity", a.Severity.String())
	o = a.Rule.append(o.key("rule"))
	o = o.optional("category", a.Category)
	o = o.optional("action", a.Action)
	o = a.Source.append(o.key("source"))
	o = a.Destination.append(o.key("destination"))
	o = o.optional("protocol", a.Protocol)
	o = o.optional("application", a.Application)
	if a.Agent != nil {
		o = a.Agent.append(o.key("agent"))
	}
	if a.MITRE != nil {
		o = a.MITRE.append(o.key("mitre"))
	}
	o = o.texts("tags", a.Tags)
	if a.File != nil {
		o = a.File.append(o.key("file"))
	}
	if a.Process != nil {
		o = a.Process.append(o.key("process"))
	}
	if len(a.Details) > 0 {
		o = append(o.key("details"), '[')
		for i, d := range a.Details {
			o = d.append(o.comma(i))
		}
		o = append(o, ']')
	}
	o = o.optional("community_id", a.CommunityID)
	o = o.optional("via", a.Via)
	if a.EventKey != (EventKey{}) {
		o = o.text("event_key", AlertID(a.EventKey).String())
	}
	if a.Place != nil {
		o = a.Place.append(o.key("place"))
	}
	o = o.time("event_time", a.EventTime)
	o = o.time("seen_time", a.SeenTime)
	if a.SkewMS != nil {
		o = strconv.AppendInt(o.key("skew_ms"), *a.SkewMS, 10)
	}
	return o.close()
}

func (r *Rule) append(o object) object {
	return o.open().text("engine", r.Engine).text("id", r.ID).text("name", r.Name).close()
}

func (e *Endpoint) append(o object) object {
	o = o.open()
	if e.Address.IsValid() {
		o = o.text("address", e.Address.String())
	}
	return o.number("port", int64(e.Port)).optional("host", e.Host).optional("user", e.User).close()
}

func (a *Agent) append(o object) object {
	return o.open().text("id", a.ID).text("name", a.Name).optional("address", a.Address).close()
}

func (m *MITRE) append(o object) object {
	o = o.open().texts("tactics", m.Tactics)
	if len(m.Techniques) > 0 {
		o = append(o.key("techniques"), '[')
		for i, t := range m.Techniques {
			o = o.comma(i).open().text("id", t.ID).optional("name", t.Name).close()
		}
		o = append(o, ']')
	}
	return o.close()
}

func (f *File) append(o object) object {
	return o.open().optional("path", f.Path).optional("sha256", f.SHA256).optional("sha1", f.SHA1).optional("md5", f.MD5).close()
}

func (p *Process) append(o object) object {
	return o.open().optional("path", p.Path).optional("id", p.ID).optional("command", p.Command).
		optional("parent", p.Parent).optional("parent_command", p.ParentCommand).close()
}

func (p *Place) append(o object) object {
	return o.open().text("path", p.Path).number("offset", p.Offset).close()
}

func (d *Detail) append(o object) object {
	return o.open().text("name", d.Name).text("value", d.Value).close()
}

// object is JSON that is being written. Its keys are plain words of ours.
type object []byte

func (o object) open() object  { return append(o, '{') }
func (o object) close() object { return append(o, '}') }

// comma stands before each item of an array but the first.
func (o object) comma(i int) object {
	if i > 0 {
		return append(o, ',')
	}
	return o
}

// key begins a member, whose value comes next.
func (o object) key(name string) object {
	if o[len(o)-1] != '{' {
		o = append(o, ',')
	}
	o = append(o, '"')
	o = append(o, name...)
	return append(o, `":`...)
}

func (o object) text(name, text string) object { return appendText(o.key(name), text) }

func (o object) optional(name, text string) object {
	if text == "" {
		return o
	}
	return o.text(name, text)
}

func (o object) texts(name string, texts []string) object {
	if len(texts) == 0 {
		return o
	}
	o = append(o.key(name), '[')
	for i, text := range texts {
		o = appendText(o.comma(i), text)
	}
	return append(o, ']')
}

// number leaves out 0.
func (o object) number(name string, n int64) object {
	if n == 0 {
		return o
	}
	return strconv.AppendInt(o.key(name), n, 10)
}

// time leaves out the zero time.
func (o object) time(name string, t time.Time) object {
	if t.IsZero() {
		return o
	}
	o = append(o.key(name), '"')
	return append(t.AppendFormat(o, time.RFC3339Nano), '"')
}

// appendText appends a string. Nearly all are plain ASCII; json.Marshal knows the rest.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c >= utf8.RuneSelf, c == '"', c == '\\', c == '<', c == '>', c == '&':
			quoted, _ := json.Marshal(text) // a string always has its JSON
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}
