package notifyme_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"github.com/socme-project/socme/notifyme"
)

// ntfyServer stands for https://ntfy.sh. It answers the second message with 429.
func ntfyServer() *httptest.Server {
	messages := 0
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if messages++; messages == 2 {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"id":"sPs71M8A2T"}`)
	}))
}

func Example() {
	server := ntfyServer()
	defer server.Close()
	push := notifyme.Ntfy{Server: server.URL, Topic: "soc"}
	m := notifyme.Message{Title: "Node down", Text: "acme-gate is silent since 14:02.", Severity: notifyme.High, Link: "https://soc.example/nodes/acme-gate"}

	receipt, err := push.Notify(context.Background(), m)
	fmt.Println(receipt.ID, err)

	_, err = push.Notify(context.Background(), m)
	switch notifyme.OutcomeOf(err) {
	case notifyme.Limited:
		var e *notifyme.Error
		errors.As(err, &e)
		fmt.Println("again in", time.Until(e.Until).Round(time.Minute))
	case notifyme.Temporary:
		fmt.Println("again later")
	case notifyme.Permanent:
		fmt.Println("somebody must look:", err)
	}
	// Output:
	// sPs71M8A2T <nil>
	// again in 1m0s
}

func ExampleChannel_Open() {
	channels := notifyme.Channels()
	ntfy := channels[slices.IndexFunc(channels, func(c notifyme.Channel) bool { return c.Kind == "ntfy" })]
	for _, f := range ntfy.Fields() {
		fmt.Println(f.Name, f.Type, f.Required)
	}
	_, err := ntfy.Open(notifyme.Settings{"token": "tk_…"})
	fmt.Println(err)
	// Output:
	// server url false
	// topic text true
	// token secret false
	// ca_file text false
	// timeout duration false
	// channel ntfy: topic: it is required
}

func ExampleFanout() {
	server := ntfyServer()
	defer server.Close()
	everybody := notifyme.Fanout{
		"push":  notifyme.Ntfy{Server: server.URL, Topic: "soc"},
		"siren": notifyme.Command{Program: "/nonexistent/siren"},
	}
	deliveries := everybody.Send(context.Background(), notifyme.Message{Title: "Node down"})
	slices.SortFunc(deliveries, func(a, b notifyme.Delivery) int { return len(a.Name) - len(b.Name) })
	for _, d := range deliveries {
		fmt.Println(d.Name, d.Outcome)
	}
	// Output:
	// push sent
	// siren permanent
}
