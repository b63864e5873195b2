package fetchme

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/sensors"
)

func (r *Reader) cpu(ctx context.Context) func(m *Machine) {
	c := CPU{}
	if infos, err := cpu.InfoWithContext(ctx); err == nil && len(infos) > 0 {
		c.Model = strings.Join(strings.Fields(strings.NewReplacer("(R)", "", "(TM)", "", "(tm)", "").Replace(infos[0].ModelName)), " ")
		for _, info := range infos {
			c.MHz = max(c.MHz, math.Round(info.Mhz)) // kinds of cores differ
		}
		c.Threads = len(infos)
	}
	if n, err := cpu.CountsWithContext(ctx, true); err == nil && n > 0 {
		c.Threads = n
	}
	if n, err := cpu.CountsWithContext(ctx, false); err == nil {
		c.Cores = n
	}
	c.Cores = cmp.Or(c.Cores, c.Threads) // ARM tells of no threads
	return func(m *Machine) { m.CPU = c }
}

func (r *Reader) memory(ctx context.Context) func(m *Machine) {
	v, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return nil
	}
	memory := Space{Total: v.Total, Used: v.Total - min(v.Available, v.Total)}
	swap := Space{Total: v.SwapTotal, Used: v.SwapTotal - min(v.SwapFree, v.SwapTotal)}
	if r.live() && swap.Total == 0 {
		if s, err := mem.SwapMemoryWithContext(ctx); err == nil { // where it is counted apart
			swap = Space{Total: s.Total, Used: s.Used}
		}
	}
	return func(m *Machine) { m.Memory, m.Swap = memory, swap }
}

func (r *Reader) load(ctx context.Context) func(m *Machine) {
	average, err := load.AvgWithContext(ctx)
	if err != nil {
		return nil
	}
	return func(m *Machine) { m.Load = [3]float64{average.Load1, average.Load5, average.Load15} }
}

func (r *Reader) temperatures(ctx context.Context) func(m *Machine) {
	found, _ := sensors.TemperaturesWithContext(ctx) // its error tells of single sensors
	result := []Temperature{}
	for _, t := range found {
		// A sensor that is not connected says 0, or something nobody could live with.
		if t.Temperature > 0 && t.Temperature < 150 {
			result = append(result, Temperature{Sensor: t.SensorKey, Celsius: t.Temperature})
		}
	}
	slices.SortStableFunc(result, func(a, b Temperature) int { return cmp.Compare(a.Sensor, b.Sensor) })
	return func(m *Machine) { m.Temperatures = result }
}

// gpus finds graphics cards: those on PCI by their class, others by the kernel's drivers.
func (r *Reader) gpus(context.Context) func(m *Machine) {
	result := []GPU{}
	var names []byte
	for _, device := range r.glob("/sys/bus/pci/devices/*") {
		if !strings.HasPrefix(r.read(device+"/class"), "0x03") { // a display controller
			continue
		}
		if names == nil {
			names = r.pciNames()
		}
		vendor, model := strings.TrimPrefix(r.read(device+"/vendor"), "0x"), strings.TrimPrefix(r.read(device+"/device"), "0x")
		g := GPU{Driver: r.uevent(device, "DRIVER")}
		g.Vendor, g.Model = pciName(names, vendor, model)
		result = append(result, g)
	}
	if len(result) > 0 {
		return func(m *Machine) { m.GPUs = result }
	}
	for _, card := range r.glob("/sys/class/drm/card[0-9]*/device") {
		if strings.Contains(path.Base(path.Dir(card)), "-") { // a connector of a card
			continue
		}
		// Such as brcm,bcm2712-vc6.
		vendor, model, _ := strings.Cut(r.uevent(card, "OF_COMPATIBLE_0"), ",")
		g := GPU{Vendor: vendor, Model: model, Driver: r.uevent(card, "DRIVER")}
		if (g.Driver != "" || g.Model != "") && !slices.Contains(result, g) {
			result = append(result, g)
		}
	}
	return func(m *Machine) { m.GPUs = result }
}

func (r *Reader) uevent(device, key string) string {
	for line := range strings.Lines(r.read(device + "/uevent")) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), key+"="); ok {
			return value
		}
	}
	return ""
}

// pciNames is the list of names that a distribution brings along, or empty.
func (r *Reader) pciNames() []byte {
	for _, file := range []string{"/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids", "/run/current-system/sw/share/hwdata/pci.ids"} {
		if text, err := os.ReadFile(r.path(file)); err == nil {
			return text
		}
	}
	return []byte{}
}

// pciName finds the names of a device; without any, its numbers.
func pciName(names []byte, vendor, device string) (vendorName, deviceName string) {
	known := map[string]string{"8086": "Intel", "10de": "NVIDIA", "1002": "AMD", "1af4": "Red Hat", "1234": "QEMU", "15ad": "VMware", "80ee": "VirtualBox", "1a03": "ASPEED", "102b": "Matrox"}
	vendorName = cmp.Or(known[vendor], vendor)
	deviceName = vendor + ":" + device
	_, after, ok := bytes.Cut(names, []byte("\n"+vendor+"  "))
	if !ok {
		return vendorName, deviceName
	}
	first, _, _ := bytes.Cut(after, []byte("\n"))
	if known[vendor] == "" {
		vendorName = string(first)
	}
	for line := range bytes.Lines(after[len(first):]) {
		text := bytes.TrimRight(line, "\r\n")
		if len(text) > 0 && text[0] != '\t' && text[0] != '#' {
			break // the next vendor
		}
		if name, ok := bytes.CutPrefix(text, []byte("\t"+device+"  ")); ok {
			return vendorName, string(name)
		}
	}
	return vendorName, deviceName
}
