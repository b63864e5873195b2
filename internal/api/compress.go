package api

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// compressLeast is the size from which an answer is worth compressing, in bytes: less
// fits into one packet anyway.
const compressLeast = 1400

// compressed answers what is only read in gzip, to whoever takes it: a list shrinks to a
// tenth. The stream stays plain, since each of its events must leave at once. What carries
// a secret answers a POST, so no compressed answer lets its length speak of one.
func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(compressLeast),
		gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.ContentTypeFilter(func(kind string) bool {
			return strings.HasPrefix(kind, "application/json") || strings.HasPrefix(kind, "text/csv")
		}),
	)
	if err != nil {
		panic(err) // the options above are wrong, whatever is asked
	}
	zipped := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, prefix+"/") || r.URL.Path == prefix+"/stream" {
			next.ServeHTTP(w, r)
			return
		}
		zipped.ServeHTTP(w, r)
	})
}
