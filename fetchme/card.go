package fetchme

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/width"
)

// Style is how a card looks.
type Style struct {
	Color bool
	// Width is how many columns there are. Longer lines are cut, and where there is
	// little room the logo is left out. 0 is as many as it takes.
	Width int
}

// logo is SOCme's: two hands around a light.
func logo() []string {
	return []string{
		`   .---   ---.   `,
		`  /           \  `,
		` |      o      | `,
		`  \           /  `,
		`   '---   ---'   `,
	}
}

const (
	accent = "\x1b[36m"
	strong = "\x1b[1;36m"
	plain  = "\x1b[0m"
	narrow = 60 // columns below which there is no logo
)

// Card draws the machine for people: a logo of ours, and what is known beside it. It ends
// with a newline.
func (m Machine) Card(s Style) string {
	rows := m.rows()
	pad := 0
	for _, row := range rows {
		pad = max(pad, len(row[0]))
	}
	art := logo()
	if s.Width > 0 && s.Width < narrow {
		art = nil
	}
	var b strings.Builder
	for i := range max(len(art), len(rows)) {
		line := &strings.Builder{}
		left := 0
		if art != nil {
			picture := strings.Repeat(" ", len(art[0]))
			if i < len(art) {
				picture = art[i]
			}
			if i >= len(rows) {
				picture = strings.TrimRight(picture, " ")
			}
			left = len(picture) + 1
			if s.Color && strings.TrimSpace(picture) != "" {
				picture = accent + picture + plain
			}
			line.WriteString(picture + " ")
		}
		if i < len(rows) {
			name, value := rows[i][0], clean(rows[i][1])
			if s.Width > 0 {
				value = cut(value, s.Width-left-pad-2)
			}
			gap := strings.Repeat(" ", pad+2-len(name))
			if s.Color {
				name = strong + name + plain
			}
			line.WriteString(name + gap + value)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// rows are the names and values of a card, those that are known.
func (m Machine) rows() [][2]string {
	var rows [][2]string
	row := func(name string, parts ...string) {
		if text := strings.Join(strings.Fields(strings.Join(parts, " ")), " "); text != "" {
			rows = append(rows, [2]string{name, text})
		}
	}
	row("host", m.Host.Name)
	row("os", m.OS.Name)
	row("kernel", m.Kernel.Name, m.Kernel.Release, m.Kernel.Arch)
	model := m.Host.Model
	if !strings.Contains(model, m.Host.Vendor) {
		model = m.Host.Vendor + " " + model
	}
	row("model", model)
	switch v := m.Virtual; {
	case v.Machine != "" && v.Container != "":
		row("inside", v.Container, "on", v.Machine)
	default:
		row("inside", v.Machine, v.Container)
	}
	if m.Uptime > 0 {
		row("uptime", span(m.Up()))
	}
	if c := m.CPU; c.Threads > 0 {
		count := fmt.Sprintf("%d cores", c.Cores)
		if c.Cores == 1 {
			count = "1 core"
		}
		if c.Threads != c.Cores {
			count += fmt.Sprintf(", %d threads", c.Threads)
		}
		if c.MHz > 0 {
			count += fmt.Sprintf(", %.1f GHz", c.MHz/1000)
		}
		row("cpu", c.Model, "("+count+")")
	}
	for _, g := range m.GPUs {
		if strings.Contains(g.Model, g.Vendor) {
			g.Vendor = ""
		}
		row("gpu", g.Vendor, g.Model)
	}
	row("memory", spaceText(m.Memory))
	row("swap", spaceText(m.Swap))
	for _, d := range m.Disks {
		row("disk", d.Mount, spaceText(d.Space), d.Type)
	}
	if m.Load != [3]float64{} {
		row("load", fmt.Sprintf("%.2f %.2f %.2f", m.Load[0], m.Load[1], m.Load[2]))
	}
	if len(m.Temperatures) > 0 {
		hottest := m.Temperatures[0]
		for _, t := range m.Temperatures {
			if t.Celsius > hottest.Celsius {
				hottest = t
			}
		}
		row("temp", fmt.Sprintf("%.0f °C (%s)", hottest.Celsius, hottest.Sensor))
	}
	for _, a := range m.Addresses {
		mark := ""
		if a.Tailnet {
			mark = "(tailnet)"
		}
		row("address", a.Address.Addr().String(), a.Interface, mark)
	}
	row("suricata", m.Software.Suricata)
	row("wazuh", m.Software.Wazuh)
	row("tailscale", m.Software.Tailscale)
	row("socme", m.Software.SOCme)
	row("late", strings.Join(m.Late, ", "))
	return rows
}

// spaceText is "used of total (share)", or "" of nothing.
func spaceText(s Space) string {
	if s.Total == 0 {
		return ""
	}
	return fmt.Sprintf("%s of %s (%.0f %%)", bytesText(s.Used), bytesText(s.Total), 100*float64(s.Used)/float64(s.Total))
}

// bytesText is an amount as people say it, in powers of 1024.
func bytesText(n uint64) string {
	value, unit := float64(n), 0
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	for value >= 1000 && unit < len(units)-1 { // 1000: four digits are hard to read
		value /= 1024
		unit++
	}
	if value < 10 && unit > 0 {
		return fmt.Sprintf("%.1f %s", value, units[unit])
	}
	return fmt.Sprintf("%.0f %s", value, units[unit])
}

// span is a time in its two largest units.
func span(d time.Duration) string {
	minutes := int(d.Minutes())
	days, hours := minutes/1440, minutes/60%24
	switch {
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes%60)
	}
	return fmt.Sprintf("%d min", minutes)
}

// clean keeps what stands in a file from moving the terminal's cursor.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return -1
		}
		return r
	}, text)
}

// cut shortens a text to so many columns. Letters of East Asia take two.
func cut(text string, columns int) string {
	used, fits := 0, 0
	for i, r := range text {
		wide := 1
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			wide = 2
		}
		if used+wide > columns {
			if columns < 1 {
				return ""
			}
			return text[:fits] + "…"
		}
		if used += wide; used < columns {
			fits = i + len(string(r))
		}
	}
	return text
}
