package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"

	"github.com/socme-project/socme/wazuh"
)

// wazuhSettings say which Wazuh is asked: by flags, else by environment, else by file.
type wazuhSettings struct {
	config string
	asJSON bool
	limit  int

	api, indexer wazuhServer
}

// wazuhServer is one of the two that a Wazuh has. The names in the file are those of
// the flags, with _ for -.
type wazuhServer struct {
	URL          string `toml:"url"`
	User         string `toml:"user"`
	PasswordFile string `toml:"password_file"`
	CAFile       string `toml:"ca_file"`
	Fingerprint  string `toml:"fingerprint"`
	Insecure     bool   `toml:"insecure"`
}

func wazuhCommand() *cobra.Command {
	s := &wazuhSettings{}
	cmd := &cobra.Command{
		Use: "wazuh", Short: "Ask a Wazuh manager or indexer: agents, rules, logtest, logs, alerts, …",
		Long: "Ask a Wazuh manager (4.8 to 4.14, 5.0) or its indexer.\n\n" +
			"Where it is stands in flags, in the environment (SOCME_WAZUH_URL, SOCME_WAZUH_USER,\n" +
			"SOCME_WAZUH_PASSWORD_FILE, SOCME_WAZUH_CA_FILE, SOCME_WAZUH_FINGERPRINT; for the indexer\n" +
			"SOCME_WAZUH_INDEXER_URL and so on), or in the file of --config:\n\n" +
			"  url = \"https://wazuh.example.com:55000\"\n  user = \"soc\"\n  password_file = \"/etc/soc/wazuh.password\"\n" +
			"  ca_file = \"/etc/soc/wazuh-ca.pem\"   # or fingerprint = \"…\"\n\n" +
			"  [indexer]\n  url = \"https://wazuh.example.com:9200\"\n  user = \"soc\"\n  password_file = \"/etc/soc/indexer.password\"\n\n" +
			"A password stands in a file and nowhere else. A file named with --config may also be named\nby SOCME_WAZUH_CONFIG.",
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&s.config, "config", os.Getenv("SOCME_WAZUH_CONFIG"), "file that says where Wazuh is")
	flags.BoolVar(&s.asJSON, "json", false, "one JSON object a line")
	serverFlags(cmd, &s.api, "", "of the manager's API, such as https://wazuh.example.com:55000")
	serverFlags(cmd, &s.indexer, "indexer-", "of the indexer, such as https://wazuh.example.com:9200")
	cmd.AddCommand(wazuhInfo(s), wazuhAgents(s), wazuhGroups(s), wazuhRuleset(s, "rules"), wazuhRuleset(s, "decoders"), wazuhLists(s),
		wazuhLogtest(s), wazuhLogs(s), wazuhReload(s), wazuhRestart(s), wazuhValidate(s), wazuhCluster(s),
		wazuhInventory(s), wazuhSCA(s), wazuhFiles(s), wazuhMitre(s), wazuhUsers(s), wazuhTasks(s), wazuhGet(s),
		wazuhAlerts(s), wazuhFindings(s), wazuhVulnerabilities(s), wazuhHealth(s))
	return cmd
}

func serverFlags(cmd *cobra.Command, to *wazuhServer, prefix, what string) {
	flags := cmd.PersistentFlags()
	flags.StringVar(&to.URL, prefix+"url", "", "address "+what)
	flags.StringVar(&to.User, prefix+"user", "", "who to log in as")
	flags.StringVar(&to.PasswordFile, prefix+"password-file", "", "file that holds the password")
	flags.StringVar(&to.CAFile, prefix+"ca-file", "", "file that holds the authority of the certificate")
	flags.StringVar(&to.Fingerprint, prefix+"fingerprint", "", "sha256 of the very certificate, 64 hexadecimal digits")
	flags.BoolVar(&to.Insecure, prefix+"insecure", false, "take any certificate; whoever sits between can read the password")
}

// fill takes from the environment, then from the file, what no flag says. Ways to trust
// go together: one that is set hides the others of weaker places.
func (w *wazuhServer) fill(environment string, file wazuhServer) {
	env := func(name string) string { return os.Getenv(environment + name) }
	insecure, _ := strconv.ParseBool(env("INSECURE"))
	for _, from := range []wazuhServer{
		{env("URL"), env("USER"), env("PASSWORD_FILE"), env("CA_FILE"), env("FINGERPRINT"), insecure}, file,
	} {
		for to, value := range map[*string]string{&w.URL: from.URL, &w.User: from.User, &w.PasswordFile: from.PasswordFile} {
			if *to == "" {
				*to = value
			}
		}
		if w.CAFile == "" && w.Fingerprint == "" && !w.Insecure {
			w.CAFile, w.Fingerprint, w.Insecure = from.CAFile, from.Fingerprint, from.Insecure
		}
	}
}

func (w *wazuhServer) trust() wazuh.Trust {
	return wazuh.Trust{CAFile: w.CAFile, Fingerprint: w.Fingerprint, Insecure: w.Insecure}
}

// resolve reads the settings that no flag gives.
func (s *wazuhSettings) resolve(cmd *cobra.Command) error {
	if cmd.Flags().Lookup("limit") != nil {
		limit, err := cmd.Flags().GetInt("limit")
		if err != nil {
			return err
		}
		s.limit = limit
	}
	var file struct {
		wazuhServer
		Indexer wazuhServer `toml:"indexer"`
	}
	if s.config != "" {
		meta, err := toml.DecodeFile(s.config, &file)
		if err != nil {
			return fmt.Errorf("read %s: %w", s.config, err)
		}
		if unknown := meta.Undecoded(); len(unknown) > 0 {
			return fmt.Errorf("%s: there is no setting %s (a password stands in a file of its own: password_file)", s.config, unknown[0])
		}
	}
	s.api.fill("SOCME_WAZUH_", file.wazuhServer)
	s.indexer.fill("SOCME_WAZUH_INDEXER_", file.Indexer)
	return nil
}

// check says what is missing.
func (w *wazuhServer) check(prefix, example string) error {
	name := strings.ToUpper(strings.ReplaceAll(prefix, "-", "_"))
	switch {
	case w.URL == "":
		return fmt.Errorf("say where it is: --%surl %s, or SOCME_WAZUH_%sURL, or --config", prefix, example, name)
	case w.User == "":
		return fmt.Errorf("say who asks: --%suser, or SOCME_WAZUH_%sUSER, or --config", prefix, name)
	case w.PasswordFile == "":
		return fmt.Errorf("say in which file the password stands: --%spassword-file, or SOCME_WAZUH_%sPASSWORD_FILE, or --config", prefix, name)
	}
	if info, err := os.Stat(w.PasswordFile); err == nil && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(os.Stderr, "socme: others can read %s; chmod 600 it\n", w.PasswordFile)
	}
	if w.Insecure {
		fmt.Fprintln(os.Stderr, "socme: any certificate is taken (insecure): whoever sits between can read the password")
	}
	return nil
}

// withWazuh runs do with the API.
func withWazuh(s *wazuhSettings, do func(cmd *cobra.Command, c *wazuh.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := s.resolve(cmd); err != nil {
			return err
		}
		if err := s.api.check("", "https://wazuh.example.com:55000"); err != nil {
			return err
		}
		c, err := wazuh.New(wazuh.Options{
			URL: s.api.URL, Username: s.api.User, Password: wazuh.PasswordFile(s.api.PasswordFile), Trust: s.api.trust(),
			UserAgent: "socme/" + version,
		})
		if err != nil {
			return err
		}
		defer c.Close()
		return explainWazuh(do(cmd, c, args), "")
	}
}

// withIndexer runs do with the indexer.
func withIndexer(s *wazuhSettings, do func(cmd *cobra.Command, x *wazuh.Indexer, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := s.resolve(cmd); err != nil {
			return err
		}
		if err := s.indexer.check("indexer-", "https://wazuh.example.com:9200"); err != nil {
			return err
		}
		x, err := wazuh.NewIndexer(wazuh.IndexerOptions{
			URL: s.indexer.URL, Username: s.indexer.User, Password: wazuh.PasswordFile(s.indexer.PasswordFile),
			Trust: s.indexer.trust(), UserAgent: "socme/" + version,
		})
		if err != nil {
			return err
		}
		defer x.Close()
		return explainWazuh(do(cmd, x, args), "indexer-")
	}
}

// explainWazuh adds what to do about an error. Prefix is that of the server's flags.
func explainWazuh(err error, prefix string) error {
	hint := ""
	switch {
	case err == nil:
		return nil
	case errors.Is(err, wazuh.ErrBlocked):
		hint = "wait some minutes (block_time of api.yaml) and check --" + prefix + "user and the password file first"
	case errors.Is(err, wazuh.ErrUnauthorized):
		hint = "check --" + prefix + "user and what stands in the password file"
	case errors.Is(err, wazuh.ErrForbidden):
		hint = "give the user a role that allows it"
	case errors.Is(err, wazuh.ErrUnsupported) && prefix == "":
		hint = "`socme wazuh info` shows the server's version; what Wazuh 5 no longer has may be in the indexer"
	case errors.Is(err, wazuh.ErrClusterOff):
		hint = "leave the node out: this manager stands alone"
	case strings.Contains(err.Error(), "Fingerprint)"):
		hint = "pass --" + prefix + "ca-file, or --" + prefix + "fingerprint from the server itself: openssl x509 -noout -fingerprint -sha256 -in CERTIFICATE"
	}
	if hint == "" {
		return err
	}
	return fmt.Errorf("%w\n%s", err, hint)
}
