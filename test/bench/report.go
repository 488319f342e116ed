package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// report is the result of a bench: all measurements.
type report struct {
	Machine machine  `json:"machine"`
	Rounds  int      `json:"rounds"`
	Jobs    int      `json:"jobs"`
	Results []result `json:"results"`
}

// result is the measurements of a scenario over a link.
type result struct {
	Scenario      string   `json:"scenario"`
	Link          string   `json:"link"`
	Contents      string   `json:"contents"`
	DatabaseBytes int64    `json:"database_bytes"`
	DumpBytes     int64    `json:"dump_bytes"`
	Baselines     []string `json:"baselines"`
	Rows          []row    `json:"contenders"`
}

// row is a contender.
type row struct {
	Contender string   `json:"contender"`
	Does      string   `json:"does"`
	Samples   []sample `json:"rounds"`

	run, before func(context.Context, *run, *subject) error
}

// sample is one run of a contender.
type sample struct {
	Seconds    float64 `json:"seconds"`
	Processors float64 `json:"processor_seconds"`    // time of everything, including the servers
	Memory     int64   `json:"memory_bytes"`         // sum of all programs at one moment
	Largest    int64   `json:"largest_memory_bytes"` // largest of the programs
	Down       int64   `json:"down_bytes"`
	Up         int64   `json:"up_bytes"`
	Others     float64 `json:"others"` // share of the processors that other programs used
}

// median returns the middle number, or the mean of the two in the middle.
func median(numbers []float64) float64 {
	s := slices.Sorted(slices.Values(numbers))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func (r row) seconds() (all []float64) {
	for _, s := range r.Samples {
		all = append(all, s.Seconds)
	}
	return all
}

func (r row) processors() (all []float64) {
	for _, s := range r.Samples {
		all = append(all, s.Processors)
	}
	return all
}

func (r *report) printHead(w io.Writer) {
	m := r.Machine
	fmt.Fprintf(w, "%s\n%d × %s, %s, %s, load %s\n", m.Time.Format("2006-01-02 15:04 MST"), m.Processors, m.Processor, m.Memory, m.System, m.Load)
	fmt.Fprintf(w, "PostgreSQL %s: %s\n%s; pg_dump --compress %s; rounds: %d, jobs: %d\n", m.Postgres, m.Settings, m.Hectl, m.Compress, r.Rounds, r.Jobs)
}

func (r *result) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s, S3 over %s: %s database, %s dump (%s)\n", r.Scenario, r.Link,
		humanize.Bytes(uint64(r.DatabaseBytes)), humanize.Bytes(uint64(r.DumpBytes)), r.Contents)
	columns := []string{"", "median", "min – max"}
	for _, b := range r.Baselines {
		columns = append(columns, "× "+b)
	}
	table := [][]string{append(columns, "processors", "memory", "largest", "down", "up", "others")}
	for _, c := range r.Rows {
		table = append(table, r.line(c))
	}
	printTable(w, table)
	fmt.Fprintln(w)
	for _, c := range r.Rows {
		fmt.Fprintf(w, "  %-18s  %s\n", c.Contender, c.Does)
	}
}

// line renders a row of the table: medians of the times, and the largest value of
// everything else.
func (r *result) line(c row) []string {
	seconds := c.seconds()
	cells := []string{c.Contender, fmt.Sprintf("%.1f s", median(seconds)), fmt.Sprintf("%.1f – %.1f", slices.Min(seconds), slices.Max(seconds))}
	for _, name := range r.Baselines {
		ratio := ""
		if i := slices.IndexFunc(r.Rows, func(b row) bool { return b.Contender == name }); i >= 0 {
			ratio = fmt.Sprintf("%.2f", median(seconds)/median(r.Rows[i].seconds()))
		}
		cells = append(cells, ratio)
	}
	cells = append(cells, fmt.Sprintf("%.1f s", median(c.processors())))
	var most sample
	for _, s := range c.Samples {
		most.Memory, most.Largest = max(most.Memory, s.Memory), max(most.Largest, s.Largest)
		most.Down, most.Up = max(most.Down, s.Down), max(most.Up, s.Up)
		most.Others = max(most.Others, s.Others)
	}
	for _, n := range []int64{most.Memory, most.Largest, most.Down, most.Up} {
		cells = append(cells, humanize.Bytes(uint64(n)))
	}
	return append(cells, fmt.Sprintf("%.0f %%", 100*most.Others))
}

// printTable aligns the first column to the left, the others to the right.
func printTable(w io.Writer, table [][]string) {
	widths := make([]int, len(table[0]))
	for _, cells := range table {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, cells := range table {
		for i, cell := range cells {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				fmt.Fprint(w, "  ", cell, space)
			} else {
				fmt.Fprint(w, "  ", space, cell)
			}
		}
		fmt.Fprintln(w)
	}
}

// write writes all figures to a file.
func (r *report) write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
