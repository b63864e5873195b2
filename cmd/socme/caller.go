package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// newCaller is the API as the environment names it.
func newCaller() (*sdk.Caller, error) {
	url, token := os.Getenv("SOCME_URL"), os.Getenv("SOCME_TOKEN")
	if url == "" || token == "" {
		return nil, errors.New("set SOCME_URL (such as http://127.0.0.1:8080) and SOCME_TOKEN (from `socme token create`)")
	}
	return &sdk.Caller{URL: url, Token: soc.Secret(token)}, nil
}

// withCaller runs do with the API.
func withCaller(do func(cmd *cobra.Command, api *sdk.Caller, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		api, err := newCaller()
		if err != nil {
			return err
		}
		return do(cmd, api, args)
	}
}

// jsonLines writes one JSON object a line.
func jsonLines[T any](out io.Writer, items []T) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for i := range items {
		if err := encoder.Encode(&items[i]); err != nil {
			return err
		}
	}
	return nil
}
