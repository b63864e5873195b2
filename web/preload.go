package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

// preloadFile is written by the build: which scripts each page needs.
const preloadFile = "preload.json"

// preloads are the Link headers by pattern of a page's path, such as /alerts/:id. With
// them a browser asks for all that a page needs at once, instead of reading in one script
// that it needs the next.
type preloads map[string]string

func newPreloads(built fs.FS) (preloads, error) {
	text, err := fs.ReadFile(built, preloadFile)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", preloadFile, err)
	}
	var scripts map[string][]string
	if err := json.Unmarshal(text, &scripts); err != nil {
		return nil, fmt.Errorf("read %s: %w", preloadFile, err)
	}
	p := preloads{}
	for pattern, files := range scripts {
		links := make([]string, len(files))
		for i, file := range files {
			links[i] = "</" + file + ">; rel=modulepreload"
		}
		p[pattern] = strings.Join(links, ", ")
	}
	return p, nil
}

// link is the header for a path, "" for one that the page does not know.
func (p preloads) link(page string) string {
	if link, ok := p[page]; ok {
		return link
	}
	parts := strings.Split(page, "/") // "", "alerts", "0190…"
	if len(parts) < 3 {
		return ""
	}
	parts[2] = ":id"
	return p[strings.Join(parts, "/")]
}
