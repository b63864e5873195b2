package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/opsme"
)

func opsCommand() *cobra.Command {
	o := &ops{}
	cmd := &cobra.Command{
		Use: "ops", Short: "Run things on a fleet of machines over SSH",
		Long: "Run commands and scripts on a fleet of machines over SSH, and copy files to and from\n" +
			"them. The inventory is a TOML file:\n\n" +
			"  [defaults]\n  user = \"ops\"\n\n" +
			"  [groups.web]\n  hosts = [\"web-1\", \"web-2\"]\n  jump = [\"bastion.example\"]\n\n" +
			"  [hosts.web-2]\n  address = \"10.0.0.2:2222\"\n  tags = [\"canary\"]\n\n" +
			"--on picks hosts of it: a name, web-*, @web (a group), +canary (a tag), @web&+canary\n" +
			"(both), ^web-1 (without). Without --on it is all of them.",
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&o.inventory, "inventory", "", "the inventory, a TOML file")
	flags.StringSliceVar(&o.on, "on", nil, "on which hosts, such as @web,^web-1; all, if not given")
	flags.StringVar(&o.user, "user", "", "who signs in where the inventory names nobody")
	flags.StringArrayVar(&o.keys, "key", nil, "private key file; may be repeated (default ~/.ssh/id_ed25519, id_ecdsa, id_rsa)")
	flags.StringVar(&o.agent, "agent", os.Getenv("SSH_AUTH_SOCK"), "socket of an ssh-agent")
	flags.StringVar(&o.knownHosts, "known-hosts", "~/.ssh/known_hosts", "file in which host keys are pinned")
	flags.BoolVar(&o.trustNew, "trust-new", false, "pin the keys of hosts that are not known yet; a changed key is refused all the same")
	flags.BoolVar(&o.askPassword, "ask-password", false, "ask for the password to sign in with")
	flags.StringVar(&o.passwordFile, "password-file", "", "file with the password to sign in with")
	flags.StringVar(&o.sudoFile, "sudo-password-file", "", "file with the password that sudo asks for")
	flags.DurationVar(&o.connect, "connect-timeout", 10*time.Second, "for each host to sign in")
	flags.DurationVar(&o.job.Timeout, "timeout", 0, "for each host in all, such as 5m (default none)")
	flags.IntVar(&o.job.Parallel, "parallel", 64, "how many hosts at a time")
	flags.BoolVar(&o.job.FailFast, "fail-fast", false, "stop everywhere when a host fails")
	flags.BoolVar(&o.job.DryRun, "dry-run", false, "connect to nothing, and say what would be done")
	flags.BoolVar(&o.asJSON, "json", false, "one event a line, as JSON")
	cmd.AddCommand(o.runCommand(), o.scriptCommand(), o.copyCommand(), o.shellCommand())
	return cmd
}

// ops is what all of its subcommands need.
type ops struct {
	inventory, user, agent, knownHosts string
	passwordFile, sudoFile             string
	on, keys                           []string
	trustNew, askPassword, asJSON      bool
	connect                            time.Duration
	job                                opsme.Job
}

func (o *ops) runCommand() *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use: "run [flags] COMMAND…", Short: "Run a command on the hosts", Args: cobra.MinimumNArgs(1),
		Long:    "Run a command on the hosts. One argument is a line for the shell there; several are one\ncommand with its arguments, and mean exactly that.",
		Example: "  socme ops run --inventory fleet.toml --on @web 'uptime; df -h /'\n  socme ops run --inventory fleet.toml --as root systemctl restart suricata",
		RunE: func(cmd *cobra.Command, args []string) error {
			line := args[0]
			if len(args) > 1 {
				line = opsme.Quote(args...)
			}
			return o.do(cmd, opsme.Command{Line: line, As: as})
		},
	}
	cmd.Flags().SetInterspersed(false) // what stands behind the command is the command's
	cmd.Flags().StringVar(&as, "as", "", "become this user by sudo")
	return cmd
}

func (o *ops) scriptCommand() *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use: "script [flags] FILE [ARGUMENT…]", Short: "Run a script of this machine on the hosts", Args: cobra.MinimumNArgs(1),
		Long: "Run a script of this machine on the hosts. Its first line says by what (#!/usr/bin/env\npython3); without one it is /bin/sh. It is removed afterwards.",
		RunE: func(cmd *cobra.Command, args []string) error {
			script, err := opsme.LoadScript(args[0])
			if err != nil {
				return err
			}
			script.Args, script.As = args[1:], as
			return o.do(cmd, script)
		},
	}
	cmd.Flags().SetInterspersed(false)
	cmd.Flags().StringVar(&as, "as", "", "become this user by sudo")
	return cmd
}

func (o *ops) copyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "copy [flags] FILE :FILE | :FILE FOLDER", Short: "Copy a file to or from the hosts; a colon marks theirs", Args: cobra.ExactArgs(2),
		Long: "Copy a file to or from the hosts; a colon marks theirs. From the hosts it goes to\n" +
			"FOLDER/HOST/. A copy that was cut goes on where it was, and is checked at its end.",
		Example: "  socme ops copy --inventory fleet.toml local.rules :/etc/suricata/rules/\n  socme ops copy --inventory fleet.toml :/etc/suricata/suricata.yaml collected",
		RunE: func(cmd *cobra.Command, args []string) error {
			from, download := strings.CutPrefix(args[0], ":")
			to, upload := strings.CutPrefix(args[1], ":")
			switch {
			case upload && !download:
				return o.do(cmd, opsme.Upload{Local: from, Remote: to})
			case download && !upload:
				return o.do(cmd, opsme.Download{Remote: from, Folder: to})
			}
			return errors.New("put a colon before the one that is at the hosts: copy FILE :FILE, or copy :FILE FOLDER")
		},
	}
}

// open reads the inventory and makes the fleet.
func (o *ops) open(view *opsView) (*opsme.Fleet, []opsme.Host, error) {
	if o.inventory == "" {
		return nil, nil, errors.New("say which hosts there are: --inventory FILE")
	}
	inventory, err := opsme.LoadInventory(o.inventory)
	if err != nil {
		return nil, nil, err
	}
	hosts, err := inventory.Pick(o.on...)
	if err != nil {
		return nil, nil, err
	}
	if len(hosts) == 0 {
		return nil, nil, errors.New("--on leaves no host")
	}
	for i := range hosts {
		if hosts[i].User == "" {
			hosts[i].User = o.user
		}
	}
	trust := opsme.RefuseNew
	if o.trustNew {
		trust = opsme.TrustNew
	}
	known, err := opsme.OpenKnownHosts(o.knownHosts, trust)
	if err != nil {
		return nil, nil, err
	}
	asker, err := o.asker(view)
	if err != nil {
		return nil, nil, err
	}
	if o.keys == nil {
		o.keys = ownKeys()
	}
	fleet, err := opsme.NewFleet(opsme.Options{
		KnownHosts: known, Inventory: inventory, ConnectTimeout: o.connect,
		Identity: opsme.Identity{Keys: o.keys, Agent: o.agent, Ask: asker},
	})
	return fleet, hosts, err
}

// ownKeys are the keys that ssh would try.
func ownKeys() []string {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	var keys []string
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		path := filepath.Join(home, ".ssh", name)
		if _, err := os.Stat(path); err == nil {
			keys = append(keys, path)
		}
	}
	return keys
}

// do runs a task on the hosts and shows what happens.
func (o *ops) do(cmd *cobra.Command, task opsme.Task) error {
	view := newOpsView(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.asJSON)
	fleet, hosts, err := o.open(view)
	if err != nil {
		return err
	}
	defer func() { _ = fleet.Close() }()
	job := o.job
	job.Task = task
	return view.show(fleet.Do(cmd.Context(), hosts, job), len(hosts))
}

// failures is the error of a job that did not go well everywhere.
func failures(failed, hosts int) error {
	if failed == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d hosts failed", failed, hosts)
}
