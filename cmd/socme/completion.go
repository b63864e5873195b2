package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
)

// completeWait bounds how long the shell waits for the core when Tab is pressed.
const completeWait = 2 * time.Second

// names asks the core for names that begin with what was typed. Without an answer there
// are none: a shell has no place for an error.
func names(cmd *cobra.Command, typed string, list func(context.Context, *sdk.Caller) ([]string, error)) ([]string, cobra.ShellCompDirective) {
	api, err := newCaller()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, completeWait)
	defer cancel()
	all, err := list(ctx, api)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var found []string
	for _, name := range all {
		if len(name) >= len(typed) && strings.EqualFold(name[:len(typed)], typed) {
			found = append(found, name)
		}
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// completeClients completes the flag --client.
func completeClients(cmd *cobra.Command) {
	_ = cmd.RegisterFlagCompletionFunc("client", func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return names(cmd, typed, func(ctx context.Context, api *sdk.Caller) ([]string, error) {
			clients, err := api.Clients(ctx)
			found := make([]string, len(clients))
			for i, c := range clients {
				found[i] = c.Name
			}
			return found, err
		})
	}) // the flag exists
}

// completeNode completes the one argument NODE.
func completeNode(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return names(cmd, typed, func(ctx context.Context, api *sdk.Caller) ([]string, error) {
		nodes, err := api.Nodes(ctx)
		found := make([]string, len(nodes))
		for i, n := range nodes {
			found[i] = n.Name + "\t" + n.Client
		}
		return found, err
	})
}

// completeSeverity completes the first argument SEVERITY.
func completeSeverity(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return []string{"informational", "low", "medium", "high", "critical"}, cobra.ShellCompDirectiveNoFileComp
	case 1:
		return []string{"30", "90", "365", "forever", "none"}, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
