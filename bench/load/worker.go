package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// shot is a step made ready: its head up to the length, its body.
type shot struct {
	step Step
	host string
	head template
	body template
}

func ready(steps []Step) ([]shot, error) {
	var found []shot
	for _, step := range steps {
		host, target, err := hostOf(step.URL)
		if err != nil {
			return nil, err
		}
		head := step.Method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n"
		for name, value := range step.Headers {
			head += name + ": " + value + "\r\n"
		}
		found = append(found, shot{step, host, compile(head), compile(step.Body)})
	}
	return found, nil
}

// counts of one step in one worker; latencies in microseconds, of successes only.
type counts struct {
	statuses  map[int]int64
	broken    int64
	latencies []uint32
	surprise  string
}

// grace is how long after its end an open loop still sends what was due before.
const grace = 3 * time.Second

type worker struct {
	plan     *Plan
	shots    []shot
	start    time.Time
	next     *atomic.Int64
	lines    map[string]*line
	steps    []counts
	whole    []uint32
	failed   int64
	unsent   int64
	late     time.Duration
	ended    time.Time
	request  []byte
	content  []byte
	variable variables
}

func newWorker(plan *Plan, shots []shot, start time.Time, next *atomic.Int64) *worker {
	w := &worker{plan: plan, shots: shots, start: start, next: next, lines: map[string]*line{}, ended: start}
	w.steps = make([]counts, len(shots))
	for place := range w.steps {
		w.steps[place].statuses = map[int]int64{}
	}
	w.variable.random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	return w
}

// run makes iterations until the time, the count or the rows are used up.
func (w *worker) run() {
	until := w.start.Add(time.Duration(w.plan.Seconds * float64(time.Second)))
	for {
		number := w.next.Add(1) - 1
		if w.plan.Count > 0 && number >= w.plan.Count || w.plan.rows != nil && number >= int64(len(w.plan.rows)) {
			return
		}
		due := time.Now()
		if w.plan.Rate > 0 {
			due = w.start.Add(time.Duration(float64(number) / w.plan.Rate * float64(time.Second)))
			if due.Before(until) {
				time.Sleep(time.Until(due))
			}
		}
		if !due.Before(until) {
			return
		}
		if time.Since(until) > grace {
			// The servers cannot keep up: what was due and is not sent by now is counted, not sent.
			w.unsent++
			continue
		}
		w.late = max(w.late, time.Since(due))
		w.iterate(number, due)
		w.ended = time.Now()
	}
}

// iterate plays all steps. The first latency counts from when the iteration was due, not from when a
// connection was free for it: a stalled server must not hide the requests it kept from being sent.
func (w *worker) iterate(number int64, due time.Time) {
	w.variable.number = number
	w.variable.kept = nil
	if actors := w.plan.Actors; len(actors) > 0 {
		w.variable.actor = actors[number%int64(len(actors))]
	}
	if w.plan.rows != nil {
		w.variable.row = w.plan.rows[number]
	}
	began := due
	for place := range w.shots {
		if !w.fire(place, began) {
			w.failed++
			return
		}
		began = time.Now()
	}
	w.whole = append(w.whole, uint32(time.Since(due).Microseconds()))
}

func (w *worker) fire(place int, began time.Time) bool {
	aim, counted := &w.shots[place], &w.steps[place]
	w.content = aim.body.append(w.content[:0], &w.variable)
	w.request = aim.head.append(w.request[:0], &w.variable)
	if aim.step.Method != "GET" {
		w.request = fmt.Appendf(w.request, "Content-Length: %d\r\n", len(w.content))
	}
	w.request = append(append(w.request, "\r\n"...), w.content...)
	wire := w.lines[aim.host]
	if wire == nil {
		wire = &line{host: aim.host}
		w.lines[aim.host] = wire
	}
	status, body, err := wire.exchange(w.request)
	if err != nil {
		counted.broken++
		counted.note(err.Error())
		return false
	}
	counted.statuses[status]++
	if status != aim.step.Expect {
		counted.note(fmt.Sprintf("%d %.400s", status, body))
		return false
	}
	counted.latencies = append(counted.latencies, uint32(time.Since(began).Microseconds()))
	return w.keep(aim.step.Keep, body, counted)
}

func (w *worker) keep(wanted map[string]string, body []byte, counted *counts) bool {
	if len(wanted) == 0 {
		return true
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &members); err != nil {
		counted.note("not a JSON object: " + err.Error())
		return false
	}
	if w.variable.kept == nil {
		w.variable.kept = map[string]string{}
	}
	for variable, member := range wanted {
		raw, is := members[member]
		if !is {
			counted.note("the answer has no " + member)
			return false
		}
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		w.variable.kept[variable] = text
	}
	return true
}

func (c *counts) note(surprise string) {
	if c.surprise == "" {
		c.surprise = surprise
	}
}
