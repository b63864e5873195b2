package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/core"
	"github.com/socme-project/socme/internal/folder"
	"github.com/socme-project/socme/soc"
)

func demoCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "demo", Short: "The example data of `socme up --demo`"}
	cmd.AddCommand(demoReset())
	return cmd
}

func demoReset() *cobra.Command {
	var data, databaseFile string
	cmd := &cobra.Command{
		Use: "reset", Short: "Remove the example clients and everything of them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := mustBeCores(data); err != nil {
				return err
			}
			database, err := readDatabase(databaseFile)
			if err != nil {
				return err
			}
			unlock, err := folder.Open(data)
			if err != nil {
				return err
			}
			defer unlock()
			s, err := core.OpenStore(cmd.Context(), data, database)
			if err != nil {
				return err
			}
			defer func() { _ = s.Close() }() // everything is committed by then
			alerts, err := s.DeleteDemo(cmd.Context(), soc.System("demo reset"))
			if err != nil && !errors.Is(err, soc.ErrNotFound) {
				return err
			}
			if err := os.RemoveAll(filepath.Join(data, "demo")); err != nil {
				return err
			}
			if err != nil {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), "There are no example clients in this folder.")
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The example clients are gone, with %d alerts.\n", alerts)
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", "data", "data folder of the core")
	addDatabaseFlag(cmd, &databaseFile)
	return cmd
}
