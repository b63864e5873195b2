package fetchme_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/socme-project/socme/fetchme"
)

func Example() {
	m := fetchme.Fetch(context.Background())
	if m.Memory.Total > 0 && m.CPU.Threads > 0 {
		fmt.Println("it has memory and a processor")
	}
	// Output: it has memory and a processor
}

func ExampleReader() {
	r := &fetchme.Reader{SOCme: "0.1.0"}
	for range 3 { // every minute, in a program
		m := r.Fetch(context.Background())
		for _, name := range m.Late {
			fmt.Println("did not answer:", name)
		}
	}
}

func ExampleMachine_Card() {
	m := fetchme.Machine{
		OS:     fetchme.OS{Name: "Debian GNU/Linux 12 (bookworm)"},
		Kernel: fetchme.Kernel{Name: "Linux", Release: "6.1.0-40-amd64", Arch: "x86_64"},
		Host:   fetchme.Host{Name: "sensor-1"},
		Uptime: int64((50 * time.Hour).Seconds()),
		Memory: fetchme.Space{Total: 8 << 30, Used: 2 << 30},
		Addresses: []fetchme.Address{
			{Interface: "tailscale0", Address: netip.MustParsePrefix("100.64.0.7/32"), Tailnet: true},
		},
	}
	fmt.Print(m.Card(fetchme.Style{Width: 70}))
	// Output:
	//    .---   ---.    host     sensor-1
	//   /           \   os       Debian GNU/Linux 12 (bookworm)
	//  |      o      |  kernel   Linux 6.1.0-40-amd64 x86_64
	//   \           /   uptime   2 d 2 h
	//    '---   ---'    memory   2.0 GiB of 8.0 GiB (25 %)
	//                   address  100.64.0.7 tailscale0 (tailnet)
}
