// Command load sends requests to servers on this machine by a plan read from standard input, and prints as
// JSON what came back, how long it took and how much processor time it needed itself. It ends by itself.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

type latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

type stepReport struct {
	Name         string           `json:"name"`
	Succeeded    int              `json:"succeeded"`
	Statuses     map[string]int64 `json:"statuses"`
	Broken       int64            `json:"broken"`
	Milliseconds latency          `json:"milliseconds"`
	Surprise     string           `json:"surprise"`
}

type report struct {
	Seconds   float64 `json:"seconds"`
	Succeeded int     `json:"succeeded"`
	Failed    int64   `json:"failed"`
	// Unsent counts what was due and never sent, because all connections waited for answers.
	Unsent       int64        `json:"unsent"`
	Milliseconds latency      `json:"milliseconds"`
	Steps        []stepReport `json:"steps"`
	// LateMilliseconds is the longest an iteration waited for a free connection after it was due.
	LateMilliseconds float64 `json:"late_milliseconds"`
	CPUSeconds       float64 `json:"cpu_seconds"`
}

func main() {
	plan, err := readPlan()
	if err != nil {
		fail(err)
	}
	shots, err := ready(plan.Steps)
	if err != nil {
		fail(err)
	}
	// Whatever the servers do, this ends.
	limit := time.Duration(plan.Seconds*float64(time.Second)) + patience*time.Duration(1+len(shots))
	time.AfterFunc(limit, func() { fail(fmt.Errorf("not done after %s", limit)) })
	before := cpuSeconds()
	start := time.Now()
	var next atomic.Int64
	var group sync.WaitGroup
	workers := make([]*worker, plan.Connections)
	for place := range workers {
		workers[place] = newWorker(plan, shots, start, &next)
		group.Add(1)
		go func(w *worker) {
			defer group.Done()
			w.run()
		}(workers[place])
	}
	group.Wait()
	used := cpuSeconds() - before
	summary := summed(shots, workers, start)
	summary.CPUSeconds = used
	if err := json.NewEncoder(os.Stdout).Encode(summary); err != nil {
		fail(err)
	}
}

func summed(shots []shot, workers []*worker, start time.Time) report {
	var found report
	var whole []uint32
	ended := start
	for _, w := range workers {
		whole = append(whole, w.whole...)
		found.Failed += w.failed
		found.Unsent += w.unsent
		found.LateMilliseconds = max(found.LateMilliseconds, float64(w.late.Microseconds())/1000)
		if w.ended.After(ended) {
			ended = w.ended
		}
	}
	found.Seconds = ended.Sub(start).Seconds()
	found.Succeeded = len(whole)
	found.Milliseconds = percentiles(whole)
	for place, aim := range shots {
		step := stepReport{Name: aim.step.Name, Statuses: map[string]int64{}}
		var all []uint32
		for _, w := range workers {
			counted := &w.steps[place]
			all = append(all, counted.latencies...)
			step.Broken += counted.broken
			for status, count := range counted.statuses {
				step.Statuses[strconv.Itoa(status)] += count
			}
			if step.Surprise == "" {
				step.Surprise = counted.surprise
			}
		}
		step.Succeeded = len(all)
		step.Milliseconds = percentiles(all)
		found.Steps = append(found.Steps, step)
	}
	return found
}

func percentiles(microseconds []uint32) latency {
	if len(microseconds) == 0 {
		return latency{}
	}
	slices.Sort(microseconds)
	at := func(share float64) float64 {
		place := int(share * float64(len(microseconds)))
		return float64(microseconds[min(place, len(microseconds)-1)]) / 1000
	}
	return latency{at(0.50), at(0.95), at(0.99), at(1)}
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "load:", err)
	os.Exit(1)
}
