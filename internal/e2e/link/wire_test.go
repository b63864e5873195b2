package link_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// wire joins two namespaces as a bad link does: each packet takes its time, and some
// never arrive. The kernel's own tool for it (netem) is rarely there, and a proxy
// would end TCP; here TCP itself has to get over the losses.
type wire struct {
	delay, jitter time.Duration // each way
	loss          float64       // of the packets, each way
	seed          uint64

	cut           atomic.Bool // nothing arrives any more
	carried, lost atomic.Int64
}

const mtu = 1500

// interfaceIn makes the end of a wire in a namespace: what is routed there is read
// from the file, a packet a read.
func interfaceIn(t *testing.T, namespace, address, peer string) (end *os.File) {
	t.Helper()
	err := inside(namespace, func() error {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		request, err := unix.NewIfreq("wire0")
		if err != nil {
			return err
		}
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
			return errors.Join(err, unix.Close(fd))
		}
		end = os.NewFile(uintptr(fd), "wire0")
		return nil
	})
	if err != nil {
		t.Fatalf("make the end of a wire: %v", err)
	}
	ip(t, "-n", namespace, "address", "add", address, "peer", peer, "dev", "wire0")
	ip(t, "-n", namespace, "link", "set", "wire0", "up")
	return end
}

// join carries packets between two ends until the test is over.
func (w *wire) join(t *testing.T, a, b *os.File) {
	t.Helper()
	var carriers sync.WaitGroup
	for i, way := range [][2]*os.File{{a, b}, {b, a}} {
		carriers.Go(func() { w.carry(t, way[0], way[1], rand.New(rand.NewPCG(w.seed, uint64(i)))) })
	}
	t.Cleanup(func() {
		_ = a.Close()
		_ = b.Close()
		carriers.Wait()
	})
}

// packet is one on its way.
type packet struct {
	data []byte
	due  time.Time
}

// carry is one way. Packets keep their order, as on a real line.
func (w *wire) carry(t *testing.T, from, to *os.File, random *rand.Rand) {
	line := make(chan packet, 4096)
	var out sync.WaitGroup
	out.Go(func() {
		for p := range line {
			<-time.After(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil && !errors.Is(err, fs.ErrClosed) {
				t.Errorf("the wire cannot write: %v", err)
			}
		}
	})
	defer out.Wait()
	defer close(line)
	for {
		data := make([]byte, mtu)
		n, err := from.Read(data)
		if err != nil {
			if !errors.Is(err, fs.ErrClosed) {
				t.Errorf("the wire cannot read: %v", err)
			}
			return
		}
		if w.cut.Load() || random.Float64() < w.loss {
			w.lost.Add(1)
			continue
		}
		w.carried.Add(1)
		late := w.delay + time.Duration((2*random.Float64()-1)*float64(w.jitter))
		select {
		case line <- packet{data[:n], time.Now().Add(late)}:
		default:
			w.lost.Add(1) // its buffer is full
		}
	}
}
