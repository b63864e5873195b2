package notifyme

import (
	"html"
	"strings"
)

// Heading is the title as one line.
func (m Message) Heading() string { return Line(m.Title) }

// Plain is the body as plain text: Text, or else Markdown as it is written (made to be read so), or else the text of HTML.
func (m Message) Plain() string {
	switch {
	case m.Text != "":
		return lines(m.Text)
	case m.Markdown != "":
		return lines(m.Markdown)
	}
	return lines(textOf(m.HTML))
}

// AsMarkdown is the body as Markdown: Markdown, or else the plain text with what Markdown would take for a mark escaped.
func (m Message) AsMarkdown() string {
	if m.Markdown != "" {
		return lines(m.Markdown)
	}
	return EscapeMarkdown(m.Plain())
}

// AsHTML is the body as HTML: HTML, or else the plain text, escaped, with its line breaks.
func (m Message) AsHTML() string {
	if m.HTML != "" {
		return lines(m.HTML)
	}
	return strings.ReplaceAll(html.EscapeString(m.Plain()), "\n", "<br>\n")
}

// Full is heading, body and link as one plain text, for channels that have a single field. An empty part leaves no gap.
func (m Message) Full() string { return m.join(m.Heading(), m.Plain(), m.Link) }

func (m Message) join(parts ...string) string {
	kept := parts[:0:0]
	for _, part := range parts {
		if part = strings.TrimRight(part, "\n "); part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "\n\n")
}

// EscapeMarkdown puts a backslash before each character that Markdown could take for a mark.
func EscapeMarkdown(s string) string { return escapeMarks(s, "\\`*_{}[]<>()#|~") }

func escapeMarks(s, marks string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(marks, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// silence keeps words such as @all, which may come from an attacker's packet, from calling everybody: a space of no width
// stands behind the @.
func silence(s string) string {
	return strings.NewReplacer("@all", "@\u200ball", "@channel", "@\u200bchannel", "@here", "@\u200bhere").Replace(s)
}

// textOf takes the tags out of HTML, turns block ends into line breaks and resolves entities. It is for reading, not
// for safety: what it returns is escaped again wherever it goes.
func textOf(source string) string {
	var b strings.Builder
	for source != "" {
		text, rest, found := strings.Cut(source, "<")
		b.WriteString(text)
		if !found {
			break
		}
		tag, after, closed := strings.Cut(rest, ">")
		if !closed {
			b.WriteString("<" + rest)
			break
		}
		source = after
		name := strings.ToLower(strings.TrimRight(firstWord(tag), "/"))
		switch name {
		case "br", "/p", "/div", "/li", "/tr", "/h1", "/h2", "/h3", "/h4", "/ul", "/ol", "/pre", "/table":
			b.WriteByte('\n')
		case "li":
			b.WriteString("- ")
		case "script", "style":
			if end := strings.Index(strings.ToLower(source), "</"+name); end >= 0 {
				source = source[end:]
			} else {
				source = ""
			}
		}
	}
	return strings.TrimSpace(html.UnescapeString(b.String()))
}

func firstWord(s string) string {
	if word, _, found := strings.Cut(s, " "); found {
		return word
	}
	return s
}
