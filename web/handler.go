package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// policy allows the page its own files and nothing else: no inline script or style, no
// other origin. Trusted Types leave Svelte's own templates as the only way to HTML.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
	"object-src 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html"

const notBuilt = "The page is not built: make build"

// types are named here because the machine's own table differs from one to the next.
var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
}

// form is one encoding of a file.
type form struct {
	body []byte
	etag string // of this encoding: a strong tag names bytes
}

// file is a file of the page in every form that was built.
type file struct {
	kind  string
	cache string
	plain form
	br    form
	gzip  form
}

type handler struct {
	files    map[string]file // by path below the root, without the slash
	preloads preloads
}

func newHandler(built fs.FS) (*handler, error) {
	h := &handler{files: map[string]file{}}
	err := fs.WalkDir(built, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Base(name) == ".keep" || twin(name) {
			return err
		}
		if name == preloadFile {
			h.preloads, err = newPreloads(built)
			return err
		}
		f := file{kind: types[path.Ext(name)], cache: "no-cache"}
		if f.kind == "" {
			f.kind = "application/octet-stream"
		}
		if strings.HasPrefix(name, "assets/") { // their names hold a hash of their content
			f.cache = "public, max-age=31536000, immutable"
		}
		for suffix, to := range map[string]*form{"": &f.plain, ".br": &f.br, ".gz": &f.gzip} {
			body, err := fs.ReadFile(built, name+suffix)
			if err != nil {
				if suffix == "" {
					return fmt.Errorf("read %s: %w", name, err)
				}
				continue // not every file is worth compressing
			}
			sum := sha256.Sum256(body)
			*to = form{body: body, etag: `"` + hex.EncodeToString(sum[:]) + `"`}
		}
		h.files[name] = f
		return nil
	})
	return h, err
}

// twin tells whether the file is the compressed form of another.
func twin(name string) bool {
	return strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz")
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Content-Security-Policy", policy)
	head.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Add("Vary", "Accept-Encoding")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "This path can only be read.", http.StatusMethodNotAllowed)
		return
	}
	f, ok := h.files[strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")]
	if !ok {
		// What stands here depends on what the caller accepts.
		head.Add("Vary", "Accept")
		if f, ok = h.files["index.html"]; !ok && ownPath(r) {
			http.Error(w, notBuilt, http.StatusServiceUnavailable)
			return
		}
		if !ownPath(r) {
			head.Set("Cache-Control", "no-store")
			http.Error(w, "There is no such file.", http.StatusNotFound)
			return
		}
	}
	if f.kind == types[".html"] {
		if link := h.preloads.link(path.Clean(r.URL.Path)); link != "" {
			head.Set("Link", link)
		}
	}
	serve(w, r, f)
}

// ownPath tells whether a path that names no file may be one that the page routes itself.
func ownPath(r *http.Request) bool {
	for _, other := range []string{"/api", "/assets"} {
		if r.URL.Path == other || strings.HasPrefix(r.URL.Path, other+"/") {
			return false
		}
	}
	accept := r.Header.Get("Accept")
	if strings.Contains(accept, "text/html") {
		return true // a browser goes there
	}
	// A script that takes anything gets the page, but not where a file is looked for.
	return (accept == "" || strings.Contains(accept, "*/*")) && path.Ext(path.Clean(r.URL.Path)) == ""
}

func serve(w http.ResponseWriter, r *http.Request, f file) {
	head := w.Header()
	body := f.plain
	switch accepts := encodings(r.Header.Get("Accept-Encoding")); {
	case accepts["br"] && f.br.etag != "":
		body = f.br
		head.Set("Content-Encoding", "br")
	case accepts["gzip"] && f.gzip.etag != "":
		body = f.gzip
		head.Set("Content-Encoding", "gzip")
	}
	head.Set("Content-Type", f.kind)
	head.Set("Cache-Control", f.cache)
	head.Set("ETag", body.etag)
	if known(r.Header.Get("If-None-Match"), body.etag) {
		head.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	head.Set("Content-Length", strconv.Itoa(len(body.body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body.body) // the caller has gone; there is nobody to tell
	}
}

// encodings are those that an Accept-Encoding header allows; q=0 forbids one.
func encodings(header string) map[string]bool {
	allowed := map[string]bool{}
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		allowed[strings.ToLower(strings.TrimSpace(name))] = !found || err == nil && weight > 0
	}
	return allowed
}

// known tells whether an If-None-Match header names the tag, or any.
func known(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		tag := strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if tag == "*" || tag == etag {
			return true
		}
	}
	return false
}
