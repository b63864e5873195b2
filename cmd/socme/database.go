package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/soc"
)

// databaseEnv names the database where --database-file does not.
const databaseEnv = "SOCME_DATABASE"

// addDatabaseFlag adds the flag that names the core's database. Its URL holds a password,
// so it is never an argument: every user of a machine can read those.
func addDatabaseFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "database-file", "", "file that holds the URL of a PostgreSQL database (default: $"+databaseEnv+"; without it SQLite in the data folder)")
}

// readDatabase is the URL of the core's database; "" is SQLite.
func readDatabase(file string) (soc.Secret, error) {
	if file == "" {
		return soc.Secret(strings.TrimSpace(os.Getenv(databaseEnv))), nil
	}
	text, err := os.ReadFile(file) //nolint:gosec // the caller's own file
	if err != nil {
		return "", fmt.Errorf("read the database's URL: %w", err)
	}
	url := soc.Secret(strings.TrimSpace(string(text)))
	if url == "" {
		return "", fmt.Errorf("%s is empty; it should hold a line such as postgres://USER:PASSWORD@HOST:5432/NAME", file)
	}
	return url, nil
}
