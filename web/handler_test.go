package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func built() fstest.MapFS {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		".keep":                   text(""),
		"index.html":              text("<!doctype html>the page"),
		"index.html.br":           text("page in brotli"),
		"index.html.gz":           text("page in gzip"),
		"assets/app-1a2b.js":      text("let a = 1"),
		"assets/app-1a2b.js.gz":   text("code in gzip"),
		"assets/geist-9f.woff2":   text("font"),
		"assets/.keep":            text(""),
		"licences/geist.txt":      text("the licence"),
		"licences/geist.txt.br":   text("licence in brotli"),
		"favicon.svg":             text("<svg/>"),
		"assets/style-77aa.css":   text("body{}"),
		"assets/unheard-of.blurb": text("?"),
		"preload.json":            text(`{"/": ["assets/a.js", "assets/b.js"], "/alerts/:id": ["assets/c.js"], "/clients/:id/records": ["assets/d.js"]}`),
	}
}

func TestHandler(t *testing.T) {
	const page = "text/html,application/xhtml+xml,*/*;q=0.8"
	tests := []struct {
		name           string
		method, path   string
		accept, encode string
		status         int
		body           string
		headers        map[string]string
	}{
		{
			"the root is the page", "GET", "/", page, "", 200, "<!doctype html>the page",
			map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache", "Content-Encoding": ""},
		},
		{"the root is the page for scripts too", "GET", "/", "*/*", "", 200, "<!doctype html>the page", nil},
		{
			"brotli goes before gzip", "GET", "/", page, "gzip, deflate, br", 200, "page in brotli",
			map[string]string{"Content-Encoding": "br", "Content-Length": "14"},
		},
		{"gzip where brotli is refused", "GET", "/", page, "br;q=0, gzip;q=0.5", 200, "page in gzip", map[string]string{"Content-Encoding": "gzip"}},
		{
			"gzip where no brotli was built", "GET", "/assets/app-1a2b.js", "*/*", "br, gzip", 200, "code in gzip",
			map[string]string{"Content-Encoding": "gzip", "Content-Type": "text/javascript; charset=utf-8"},
		},
		{
			"a file without twins goes out plain", "GET", "/assets/geist-9f.woff2", "*/*", "br, gzip", 200, "font",
			map[string]string{"Content-Encoding": "", "Content-Type": "font/woff2"},
		},
		{
			"assets are kept for a year", "GET", "/assets/style-77aa.css", "*/*", "", 200, "body{}",
			map[string]string{"Cache-Control": "public, max-age=31536000, immutable"},
		},
		{"other files are asked for again", "GET", "/favicon.svg", "image/*", "", 200, "<svg/>", map[string]string{"Cache-Control": "no-cache"}},
		{
			"the licences of the fonts are there", "GET", "/licences/geist.txt", page, "br", 200, "licence in brotli",
			map[string]string{"Content-Type": "text/plain; charset=utf-8"},
		},
		{"an unknown type is bytes", "GET", "/assets/unheard-of.blurb", "*/*", "", 200, "?", map[string]string{"Content-Type": "application/octet-stream"}},
		{"the page routes its own paths", "GET", "/alerts/0199f2", page, "br", 200, "page in brotli", nil},
		{"a path with a dot is the page's too", "GET", "/nodes/site.example", page, "", 200, "<!doctype html>the page", nil},
		{"scripts get the page too", "GET", "/sign-in", "*/*", "", 200, "<!doctype html>the page", nil},
		{"what is no page is not found", "GET", "/alerts/0199f2", "application/json", "", 404, "There is no such file.\n", nil},
		{"a missing asset is not the page", "GET", "/assets/gone.js", page, "", 404, "There is no such file.\n", map[string]string{"Cache-Control": "no-store"}},
		{"nothing of the API is the page", "GET", "/api/v2/alerts", page, "", 404, "There is no such file.\n", nil},
		{"a path that climbs stays inside", "GET", "/../../etc/resolv.conf", "*/*", "", 404, "There is no such file.\n", nil},
		{"twins have no address", "GET", "/index.html.br", "*/*", "", 404, "There is no such file.\n", nil},
		{"a placeholder has no address", "GET", "/.keep", "*/*", "", 404, "There is no such file.\n", nil},
		{"HEAD has a length and no body", "HEAD", "/", page, "br", 200, "", map[string]string{"Content-Length": "14"}},
		{"nothing can be written", "POST", "/", page, "", 405, "This path can only be read.\n", map[string]string{"Allow": "GET, HEAD"}},
	}
	h, err := newHandler(built())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, nil)
			r.Header.Set("Accept", tt.accept)
			r.Header.Set("Accept-Encoding", tt.encode)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("%s %s = %d %q; want %d %q", tt.method, tt.path, w.Code, w.Body, tt.status, tt.body)
			}
			for key, want := range tt.headers {
				if got := w.Header().Get(key); got != want {
					t.Errorf("%s = %q; want %q", key, got, want)
				}
			}
			for key, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"Cross-Origin-Opener-Policy": "same-origin", "Content-Security-Policy": policy,
			} {
				if got := w.Header().Get(key); got != want {
					t.Errorf("%s = %q; want %q", key, got, want)
				}
			}
			if !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("Vary = %q; want Accept-Encoding in it", w.Header().Values("Vary"))
			}
		})
	}
}

func TestPolicyHasNoInline(t *testing.T) {
	for _, refused := range []string{"unsafe", "http:", "https:", "*"} {
		if strings.Contains(policy, refused) {
			t.Errorf("the policy allows %s: %s", refused, policy)
		}
	}
}

func TestETag(t *testing.T) {
	h, err := newHandler(built())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(encoding, known string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", encoding)
		r.Header.Set("If-None-Match", known)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	plain, br := ask("", "").Header().Get("ETag"), ask("br", "").Header().Get("ETag")
	if plain == "" || br == "" || plain == br {
		t.Fatalf("ETag = %q plain, %q in brotli; want two that differ", plain, br)
	}
	tests := []struct {
		name            string
		encoding, known string
		status          int
	}{
		{"the same bytes are not sent again", "br", br, 304},
		{"one of several tags is enough", "br", `"other", W/` + br, 304},
		{"any will do", "", "*", 304},
		{"the tag of another encoding is not ours", "br", plain, 200},
		{"a tag of before is not ours", "", `"old"`, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(tt.encoding, tt.known)
			if w.Code != tt.status {
				t.Errorf("status = %d; want %d", w.Code, tt.status)
			}
			if w.Code == 304 && (w.Body.Len() > 0 || w.Header().Get("ETag") == "" || w.Header().Get("Content-Encoding") != "") {
				t.Errorf("a 304 with body %q and headers %v", w.Body, w.Header())
			}
		})
	}
}

func TestPreload(t *testing.T) {
	h, err := newHandler(built())
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/":                       "</assets/a.js>; rel=modulepreload, </assets/b.js>; rel=modulepreload",
		"/alerts/0199":            "</assets/c.js>; rel=modulepreload",
		"/alerts/0199/":           "</assets/c.js>; rel=modulepreload",
		"/clients/0199/records":   "</assets/d.js>; rel=modulepreload",
		"/clients/0199/elsewhere": "",
		"/nodes":                  "",
		"/assets/app-1a2b.js":     "",
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept", "text/html")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Link"); w.Code != 200 || got != want {
			t.Errorf("GET %s = %d with Link %q; want %q", path, w.Code, got, want)
		}
	}
	broken := built()
	broken[preloadFile] = &fstest.MapFile{Data: []byte(`["/"]`)}
	if _, err := newHandler(broken); err == nil {
		t.Error("a preload.json of another form is taken")
	}
}

func TestHandlerBeforeTheBuild(t *testing.T) {
	h, err := newHandler(fstest.MapFS{".keep": &fstest.MapFile{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/alerts"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept", "text/html")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 503 || w.Body.String() != notBuilt+"\n" {
			t.Errorf("GET %s = %d %q; want 503 %q", path, w.Code, w.Body, notBuilt)
		}
	}
}

func TestEmbedded(t *testing.T) {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != 200 && w.Body.String() != notBuilt+"\n" {
		t.Errorf("GET / = %d %q; want the page, or that it is not built", w.Code, w.Body)
	}
	if w.Code == 200 && w.Header().Get("Link") == "" {
		t.Error("the page that was built does not name what the overview needs")
	}
}
