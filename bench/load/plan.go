package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
)

// loopback is the only host this program ever talks to: it must not become a tool against others.
const loopback = "127.0.0.1"

// Step is one request of an iteration. URL, headers and body may name variables as {name}.
type Step struct {
	Name    string            `json:"name"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	// Expect is the status of success; any other ends the iteration.
	Expect int `json:"expect"`
	// Keep takes members of the answer's JSON object over as variables of later steps: variable to member.
	Keep map[string]string `json:"keep"`
}

// Plan says what is sent, by how many connections and for how long.
//
// Iteration i has the variables of Actors[i % len(Actors)] and those of line i of RowsFile, besides {uuid}
// (fresh at each place) and {n} (the iteration's number). Without rows left the run ends.
type Plan struct {
	Connections int     `json:"connections"`
	Seconds     float64 `json:"seconds"`
	// Count ends the run after so many iterations; 0 leaves it to the seconds.
	Count int64 `json:"count"`
	// Rate starts so many iterations a second whatever the answers do; 0 is a closed loop.
	Rate     float64             `json:"rate"`
	Actors   []map[string]string `json:"actors"`
	RowsFile string              `json:"rows_file"`
	Steps    []Step              `json:"steps"`

	rows []map[string]string
}

func readPlan() (*Plan, error) {
	plan := &Plan{}
	decoder := json.NewDecoder(bufio.NewReader(os.Stdin))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(plan); err != nil {
		return nil, fmt.Errorf("the plan cannot be read: %w", err)
	}
	if plan.Connections < 1 || plan.Seconds <= 0 || len(plan.Steps) == 0 {
		return nil, errors.New("a plan needs connections, seconds and steps")
	}
	if plan.RowsFile != "" {
		if err := plan.readRows(); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func (plan *Plan) readRows() error {
	file, err := os.Open(plan.RowsFile)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<16), 1<<20)
	for lines.Scan() {
		row := map[string]string{}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return fmt.Errorf("line %d of the rows: %w", len(plan.rows)+1, err)
		}
		plan.rows = append(plan.rows, row)
	}
	return lines.Err()
}

// hostOf returns host:port of a plain address on this machine, and the rest of the address.
func hostOf(address string) (string, string, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return "", "", err
	}
	if parsed.Scheme != "http" || parsed.Hostname() != loopback || parsed.Port() == "" {
		return "", "", fmt.Errorf("%s is refused: only http://%s:PORT", address, loopback)
	}
	prefix := len("http://") + len(parsed.Host)
	return parsed.Host, address[prefix:], nil
}
