package demo

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/socme-project/socme/soc"
)

// story chooses what happens next at an example client: how bad, which sensor, which rule, and whether it comes alone.
// It is for one goroutine.
type story struct {
	dice  *rand.Rand
	pace  float64                             // alerts a second on average; history follows it
	rules map[soc.Severity][sensors][][]*line // the alerts of each rule
	noise []*line                             // events that are no alerts, in the order in which they were recorded
	next  int                                 // place in noise
	again *line                               // an attacker who keeps trying
	left  int                                 // how often still
}

// Of 1,000 alerts, before attackers repeat themselves; a repeated one is never high or critical.
var frequency = []struct {
	severity soc.Severity
	weight   int
}{
	{soc.SeverityInformational, 320},
	{soc.SeverityLow, 430},
	{soc.SeverityMedium, 200},
	{soc.SeverityHigh, 40},
	{soc.SeverityCritical, 10},
}

// wazuhShare is how many of 100 alerts Wazuh raised, where both sensors know the severity.
const wazuhShare = 45

var errNothing = errors.New("recording holds no alerts of some severity")

func newStory(c Client, dice *rand.Rand) (*story, error) {
	eve, err := c.Eve()
	if err != nil {
		return nil, err
	}
	alerts, err := c.Wazuh()
	if err != nil {
		return nil, err
	}
	s := &story{dice: dice, pace: c.pace, rules: map[soc.Severity][sensors][][]*line{}}
	byRule := map[soc.Severity]*[sensors]map[string][]*line{}
	for _, f := range frequency {
		byRule[f.severity] = &[sensors]map[string][]*line{{}, {}}
	}
	for from, lines := range [sensors][][]byte{suricata: eve, wazuh: alerts} {
		for _, raw := range lines {
			l, err := parse(sensor(from), raw)
			if err != nil {
				return nil, err
			}
			if l.severity == soc.SeverityUnknown {
				s.noise = append(s.noise, l)
				continue
			}
			of := byRule[l.severity][l.sensor]
			of[l.rule] = append(of[l.rule], l)
		}
	}
	for severity, of := range byRule {
		var pools [sensors][][]*line
		for from := range sensors {
			for _, rule := range slices.Sorted(maps.Keys(of[from])) { // sorted: the same dice tell the same story
				pools[from] = append(pools[from], of[from][rule])
			}
		}
		if len(pools[suricata]) == 0 {
			return nil, errNothing
		}
		s.rules[severity] = pools
	}
	return s, nil
}

// alert chooses the next alert.
func (s *story) alert() *line {
	severity := soc.SeverityLow
	roll := s.dice.IntN(1000)
	for _, f := range frequency {
		if roll -= f.weight; roll < 0 {
			severity = f.severity
			break
		}
	}
	pools := s.rules[severity]
	from := suricata
	if len(pools[wazuh]) > 0 && s.dice.IntN(100) < wazuhShare {
		from = wazuh
	}
	rules := pools[from]
	lines := rules[s.dice.IntN(len(rules))]
	return lines[s.dice.IntN(len(lines))]
}

// live chooses the next alert when they come one by one: sometimes an attacker tries the same again and again among
// the others.
func (s *story) live() *line {
	if s.left > 0 && s.dice.IntN(10) < 6 {
		s.left--
		return s.again
	}
	l := s.alert()
	if s.left == 0 && l.severity <= soc.SeverityMedium && s.dice.IntN(40) == 0 {
		s.again, s.left = l, 5+s.dice.IntN(20)
	}
	return l
}

// event returns the next event that is no alert.
func (s *story) event() *line {
	l := s.noise[s.next%len(s.noise)]
	s.next++
	return l
}

// moment is a line and when it happens.
type moment struct {
	at   time.Time
	line *line
}

// bases is how many alerts begin in a day of history at a pace of 1; one in burstOdds of them is repeated, 20 times on
// average, which makes about 1,500.
const (
	bases     = 900
	burstOdds = 30
)

// history tells what happened after from and not after to, in order.
func (s *story) history(from, to time.Time) []moment {
	var told []moment
	add := func(at time.Time, l *line) {
		if !at.After(to) {
			told = append(told, moment{at, l})
		}
	}
	// A Poisson process at the busiest hour's rate, of which quieter hours keep a part.
	busiest := float64(24*time.Hour) / (bases * s.pace) * meanOfDay
	for at := from; ; {
		at = at.Add(time.Duration(s.dice.ExpFloat64() * busiest))
		if at.After(to) {
			break
		}
		if s.dice.Float64() >= ofDay[at.Hour()] {
			continue
		}
		l := s.alert()
		add(at, l)
		if s.dice.IntN(2) == 0 {
			add(at.Add(time.Duration(1+s.dice.IntN(900))*time.Millisecond), s.event())
		}
		if l.severity <= soc.SeverityMedium && s.dice.IntN(burstOdds) == 0 {
			for again, n := at, 8+s.dice.IntN(25); n > 0; n-- {
				again = again.Add(time.Duration(200+s.dice.IntN(7800)) * time.Millisecond)
				add(again, l)
			}
		}
	}
	slices.SortStableFunc(told, func(a, b moment) int { return a.at.Compare(b.at) })
	return told
}

// ofDay is how busy each hour is beside the busiest: people make most of the alerts, machines do not sleep.
var ofDay = [24]float64{
	.30, .26, .24, .24, .26, .30, .42, .66, .90, 1, .98, .92, .80, .88, .96, .94, .86, .74, .60, .50, .44, .40, .36, .32,
}

// meanOfDay is the mean of ofDay.
const meanOfDay = .595
