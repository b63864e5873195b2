package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/socme-project/socme/internal/sshdtest"
)

// field is the hosts, and how each tool wants them named.
type field struct {
	hosts                                    int
	key, known, inventory, list, ini, config string
	server                                   *sshdtest.Server
}

// startField starts a server and writes the tools' lists of hosts.
func startField(ctx context.Context, dir string, hosts int) (*field, error) {
	server, err := sshdtest.Start(ctx, dir)
	if err != nil {
		return nil, err
	}
	f := &field{
		hosts: hosts, key: server.Key, server: server, known: filepath.Join(dir, "known"),
		inventory: filepath.Join(dir, "fleet.toml"), list: filepath.Join(dir, "list"), ini: filepath.Join(dir, "fleet.ini"), config: filepath.Join(dir, "ansible.cfg"),
	}
	var known, inventory, list, ini strings.Builder
	for i := range hosts {
		ip := fmt.Sprintf("127.1.0.%d", i+1)
		known.WriteString(server.Pins(ip))
		fmt.Fprintf(&inventory, "[hosts.host-%d]\naddress = \"%s:%s\"\n", i+1, ip, server.Port)
		fmt.Fprintf(&list, "%s:%s\n", ip, server.Port)
		fmt.Fprintf(&ini, "%s ansible_port=%s ansible_python_interpreter=/usr/bin/python3\n", ip, server.Port)
	}
	for path, text := range map[string]string{f.known: known.String(), f.inventory: inventory.String(), f.list: list.String(), f.ini: ini.String(), f.config: "[defaults]\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			server.Stop()
			return nil, err
		}
	}
	return f, nil
}
