package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"testing"

	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

func TestLongAnswersAreCompressedForWhoeverTakesIt(t *testing.T) {
	s := serve(t, storetest.SQLite())
	s.raise(t, 50)
	token := s.token(t, soc.RoleViewer)
	ask := func(method, path, accept string) (*http.Response, []byte) {
		request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Accept-Encoding", accept) // so the client leaves the answer as it is
		answer, err := s.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if answer.Header.Get("Content-Type") == "text/event-stream" {
			return answer, nil
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, body
	}
	for _, path := range []string{"/api/v1/alerts?limit=50", "/api/v1/alerts/export?format=csv", "/api/v1/alerts/export?format=jsonl"} {
		_, plain := ask("GET", path, "identity")
		answer, small := ask("GET", path, "gzip, br")
		if answer.Header.Get("Content-Encoding") != "gzip" || answer.Header.Get("Vary") == "" || len(small)*2 > len(plain) {
			t.Fatalf("%s = %v, %d bytes of %d", path, answer.Header, len(small), len(plain))
		}
		reader, err := gzip.NewReader(bytes.NewReader(small))
		if err != nil {
			t.Fatal(err)
		}
		again, err := io.ReadAll(reader)
		if err != nil || string(again) != string(plain) {
			t.Errorf("%s: %d bytes, %v; want the %d of the plain answer", path, len(again), err, len(plain))
		}
	}
	for _, path := range []string{"/api/v1/about", "/api/v1/stream"} {
		if answer, _ := ask("GET", path, "gzip"); answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s = %d %v", path, answer.StatusCode, answer.Header)
		}
	}
}
