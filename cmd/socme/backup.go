package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/backup"
	"github.com/socme-project/socme/internal/core"
)

func backupCommand() *cobra.Command {
	var data, databaseFile, out, recipient, recipientFile, passphraseFile string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "backup", Short: "Write the core's data folder into one encrypted file, also while it runs", Args: cobra.NoArgs,
		Long: "Write the core's data folder into one file: database, keys, settings. It works while the\ncore runs, and is of one moment. The file is encrypted with age, for the owner of a key\n" +
			"(`socme backup key FILE` makes one; keep it elsewhere) or by a passphrase. On SQLite\nthe folder needs room for a copy of the database meanwhile.",
		Example: "  socme backup key socme-backup.key\n  socme backup --data /var/lib/socme --out socme.age --recipient age1…\n" +
			"  socme backup verify socme.age --identity socme-backup.key\n  socme restore socme.age --identity socme-backup.key --data /var/lib/socme",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := mustBeCores(data); err != nil {
				return err
			}
			database, err := readDatabase(databaseFile)
			if err != nil {
				return err
			}
			recipients, err := recipientsOf(recipient, recipientFile, passphraseFile)
			if err != nil {
				return err
			}
			s, err := core.OpenStore(cmd.Context(), data, database)
			if err != nil {
				return err
			}
			defer func() { _ = s.Close() }() // it was read only
			o := backup.Options{Store: s, Dir: data, Version: version, Recipients: recipients, Now: time.Now}
			if out == "-" {
				_, err = backup.Write(cmd.Context(), cmd.OutOrStdout(), o)
				return err
			}
			manifest, err := writeWhole(cmd.Context(), out, o)
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), []backup.Manifest{manifest})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s holds %s. To check it: socme backup verify %s --identity KEYFILE\n", out, holds(manifest), out)
			return err
		},
	}
	addDatabaseFlag(cmd, &databaseFile)
	flags := cmd.Flags()
	flags.StringVar(&data, "data", "data", "data folder of the core")
	flags.StringVar(&out, "out", "", "file to write; - is standard output")
	flags.StringVar(&recipient, "recipient", "", "public key of who may restore it (age1…)")
	flags.StringVar(&recipientFile, "recipient-file", "", "file with such keys, one a line")
	flags.StringVar(&passphraseFile, "passphrase-file", "", "file with a passphrase, in the place of keys")
	flags.BoolVar(&asJSON, "json", false, "print the manifest")
	_ = cmd.MarkFlagRequired("out") // the flag exists
	cmd.AddCommand(backupKey(), backupVerify())
	return cmd
}

func holds(m backup.Manifest) string {
	return fmt.Sprintf("%d alerts, %d records of the ledger in %d chains, and %d files, as of %s",
		m.Database.Tables["alerts"], m.Database.Tables["ledger"], len(m.Database.Heads), len(m.Files), m.MadeTime.Format(time.RFC3339))
}

// writeWhole writes under another name until everything is on the disk: half a backup is
// none.
func writeWhole(ctx context.Context, out string, o backup.Options) (m backup.Manifest, err error) {
	file, err := os.OpenFile(out+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // the user names it
	if err != nil {
		return m, err
	}
	m, err = backup.Write(ctx, file, o)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return m, errors.Join(err, os.Remove(file.Name()))
	}
	return m, os.Rename(file.Name(), out)
}

func recipientsOf(key, keyFile, passphraseFile string) ([]age.Recipient, error) {
	if passphraseFile != "" {
		if key != "" || keyFile != "" {
			return nil, errors.New("give a passphrase or keys, not both")
		}
		passphrase, err := readPassphrase(passphraseFile)
		if err != nil {
			return nil, err
		}
		r, err := age.NewScryptRecipient(passphrase)
		return []age.Recipient{r}, err
	}
	var all []age.Recipient
	if key != "" {
		found, err := age.ParseRecipients(strings.NewReader(key))
		if err != nil {
			return nil, fmt.Errorf("--recipient: %w; it begins with age1, `socme backup key FILE` makes one", err)
		}
		all = append(all, found...)
	}
	if keyFile != "" {
		text, err := os.ReadFile(keyFile) //nolint:gosec // the user names it
		if err != nil {
			return nil, err
		}
		found, err := age.ParseRecipients(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", keyFile, err)
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, errors.New("say for whom to encrypt it: --recipient, --recipient-file or --passphrase-file; `socme backup key FILE` makes a key")
	}
	return all, nil
}

func readPassphrase(file string) (string, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the user names it
	if err != nil {
		return "", err
	}
	passphrase := strings.TrimRight(string(text), "\r\n")
	if len(passphrase) < 12 {
		return "", fmt.Errorf("the passphrase in %s is too short: the backup holds all that the core holds; take 12 characters at least", file)
	}
	return passphrase, nil
}

// identities are what opens a backup.
type identities struct{ keyFile, passphraseFile string }

func (i *identities) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&i.keyFile, "identity", "", "file with the secret key (AGE-SECRET-KEY-…)")
	cmd.Flags().StringVar(&i.passphraseFile, "passphrase-file", "", "file with the passphrase, if it was encrypted by one")
}

func (i *identities) read() ([]age.Identity, error) {
	switch {
	case i.passphraseFile != "":
		passphrase, err := readPassphrase(i.passphraseFile)
		if err != nil {
			return nil, err
		}
		id, err := age.NewScryptIdentity(passphrase)
		return []age.Identity{id}, err
	case i.keyFile != "":
		text, err := os.ReadFile(i.keyFile)
		if err != nil {
			return nil, err
		}
		ids, err := age.ParseIdentities(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", i.keyFile, err)
		}
		return ids, nil
	}
	return nil, errors.New("give the key that opens it: --identity or --passphrase-file")
}

func backupKey() *cobra.Command {
	return &cobra.Command{
		Use: "key FILE", Short: "Make a key for backups: the secret into FILE, the public part is printed", Args: cobra.ExactArgs(1),
		Long: "Make a key for backups. The secret part goes into FILE: keep it away from the core, and\nmore than once; without it no backup can be restored. The public part is printed: it is\nthe --recipient of `socme backup`.",
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := age.GenerateX25519Identity()
			if err != nil {
				return err
			}
			file, err := os.OpenFile(args[0], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(file, "# public key: %s\n%s\n", key.Recipient(), key)
			if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), key.Recipient())
			return err
		},
	}
}

// openBackup opens a file; - is standard input.
func openBackup(cmd *cobra.Command, file string) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	return os.Open(file) //nolint:gosec // the user names it
}

func backupVerify() *cobra.Command {
	var ids identities
	var scratch, databaseFile string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "verify FILE", Short: "Restore a backup into a scratch folder and check all of it", Args: cobra.ExactArgs(1),
		Long: "Restore a backup into a scratch folder, compare its files, counts and ledger heads with\nthose that were written down when it was made, walk every chain of the ledger, and\nremove the folder. FILE may be - for standard input. A backup of a core on PostgreSQL goes\ninto a database of its own on the server that is named, which is dropped at the end.",
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := ids.read()
			if err != nil {
				return err
			}
			in, err := openBackup(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { _ = in.Close() }() // it was read only
			database, err := readDatabase(databaseFile)
			if err != nil {
				return err
			}
			report, err := backup.Verify(cmd.Context(), in, backup.Target{Dir: scratch, Database: database}, keys...)
			if err != nil {
				return err
			}
			if asJSON {
				err = jsonLines(cmd.OutOrStdout(), []backup.Report{report})
			} else {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "The backup holds %s.\nThe ledger: %d chains, %d records, %d signatures of nodes checked.\n",
					holds(report.Manifest), report.Ledger.Chains, report.Ledger.Records, report.Ledger.Signatures)
			}
			if err != nil {
				return err
			}
			if !report.Good() {
				return fmt.Errorf("the ledger does not hold: %s", strings.Join(report.Ledger.Problems, "; "))
			}
			if !asJSON {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), "Good: it is whole, and as it was written.")
			}
			return err
		},
	}
	ids.flags(cmd)
	addDatabaseFlag(cmd, &databaseFile)
	cmd.Flags().StringVar(&scratch, "scratch", os.TempDir(), "folder with room for the whole database; it holds all secrets meanwhile")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func restoreCommand() *cobra.Command {
	var ids identities
	var data, databaseFile string
	cmd := &cobra.Command{
		Use: "restore FILE", Short: "Restore a backup into a new data folder", Args: cobra.ExactArgs(1),
		Long: "Restore a backup into a data folder that is empty or not there. Everything is read and\nchecked before anything stands there. FILE may be - for standard input. A core on\nPostgreSQL goes into a database that is empty.",
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := ids.read()
			if err != nil {
				return err
			}
			in, err := openBackup(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { _ = in.Close() }() // it was read only
			if err := os.MkdirAll(filepath.Dir(filepath.Clean(data)), 0o700); err != nil {
				return err
			}
			database, err := readDatabase(databaseFile)
			if err != nil {
				return err
			}
			manifest, err := backup.Restore(cmd.Context(), in, backup.Target{Dir: data, Database: database}, keys...)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s holds %s. Start it with: socme up --data %s\nNodes send again what the backup does not have, as far as they still hold it.\n", data, holds(manifest), data)
			return err
		},
	}
	ids.flags(cmd)
	addDatabaseFlag(cmd, &databaseFile)
	cmd.Flags().StringVar(&data, "data", "", "the new data folder")
	_ = cmd.MarkFlagRequired("data") // the flag exists
	return cmd
}
