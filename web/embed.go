// Package web owns the page: it embeds what `make build` made of src, and serves it
// with the headers that keep it safe and fast. It knows nothing of the API and must
// import nothing of ours.
package web

import (
	"embed"
	"io/fs"
	"net/http"
)

// dist holds at least .keep, so that a fresh clone compiles before the page was built.
//
//go:embed all:dist
var dist embed.FS

// Handler serves the page for GET and HEAD. A path that names no file gets the page
// itself if the caller accepts text/html, since the page routes its own paths; below
// /api and /assets it is a 404 instead. Where the page was not built, every such path
// says so.
func Handler() http.Handler {
	built, err := fs.Sub(dist, "dist")
	if err != nil { // the name is a constant above
		panic(err)
	}
	h, err := newHandler(built)
	if err != nil { // an embedded file always reads
		panic(err)
	}
	return h
}
