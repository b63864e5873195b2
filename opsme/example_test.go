package opsme_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/socme-project/socme/opsme"
)

func Example() {
	// In a program: opsme.LoadInventory("fleet.toml").
	inventory, err := opsme.ParseInventory(`
		[defaults]
		user = "ops"
		keys = ["~/.ssh/id_ed25519"]

		[groups.web]
		hosts = ["web-1", "web-2"]
		jump = ["bastion.example"]
	`)
	if err != nil {
		fmt.Println(err)
		return
	}
	hosts, err := inventory.Pick("@web")
	if err != nil {
		fmt.Println(err)
		return
	}
	known, err := opsme.OpenKnownHosts("~/.ssh/known_hosts", opsme.RefuseNew)
	if err != nil {
		fmt.Println(err)
		return
	}
	fleet, err := opsme.NewFleet(opsme.Options{
		KnownHosts: known,
		Identity:   opsme.Identity{Agent: os.Getenv("SSH_AUTH_SOCK")},
		Inventory:  inventory,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = fleet.Close() }()

	job := opsme.Job{Task: opsme.Command{Line: "systemctl restart nginx", As: "root"}, DryRun: true}
	for event := range fleet.Do(context.Background(), hosts, job) {
		switch e := event.(type) {
		case opsme.Planned:
			fmt.Println(e.Address, "by", e.Jump, "as", e.User+":", e.Task)
		case opsme.Output:
			fmt.Printf("%s: %s", e.Host, e.Data)
		case opsme.Result:
			switch {
			case errors.Is(e.Err, opsme.HostKeyChanged):
				fmt.Println("STOP:", e.Err)
			case !e.OK():
				fmt.Println(e.Host, "failed:", e.Err)
			}
		}
	}
	// Unordered output:
	// web-1:22 by [bastion.example] as ops: as root, run: systemctl restart nginx
	// web-2:22 by [bastion.example] as ops: as root, run: systemctl restart nginx
}

func ExampleInventory_Pick() {
	inventory, err := opsme.ParseInventory(`
		[groups.web]
		hosts = ["web-1", "web-2", "web-10"]
		[hosts.web-2]
		tags = ["canary"]
	`)
	if err != nil {
		fmt.Println(err)
		return
	}
	hosts, err := inventory.Pick("@web", "^+canary")
	for _, h := range hosts {
		fmt.Println(h.Name)
	}
	fmt.Println(err)
	_, err = inventory.Pick("@wbe")
	fmt.Println(err)
	// Output:
	// web-1
	// web-10
	// <nil>
	// no host of the inventory matches "@wbe"
}

func ExampleQuote() {
	fmt.Println(opsme.Quote("rm", "-f", "it's here", "$HOME"))
	// Output: rm -f 'it'\''s here' '$HOME'
}

// A dialer of a tailnet. Tsnet falls back to the machine's own network for an address
// that is no peer yet, so the way that a connection took is checked. Whoever answers must
// show the pinned host key in any case.
func ExampleOptions_dial() {
	var tailnet interface { // a *tsnet.Server
		Dial(ctx context.Context, network, address string) (net.Conn, error)
		TailscaleIPs() (ip4, ip6 netip.Addr)
	}
	options := opsme.Options{
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := tailnet.Dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			ip4, ip6 := tailnet.TailscaleIPs()
			from, err := netip.ParseAddrPort(conn.LocalAddr().String())
			if err != nil || from.Addr() != ip4 && from.Addr() != ip6 {
				_ = conn.Close()
				return nil, fmt.Errorf("%s is not in the tailnet (yet)", strings.TrimSuffix(address, ":22"))
			}
			return conn, nil
		},
	}
	_, err := opsme.NewFleet(options)
	fmt.Println(err)
	// Output: a fleet needs known hosts; see OpenKnownHosts
}
