package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// machine is where figures come from.
type machine struct {
	Time       time.Time `json:"time"`
	Processor  string    `json:"processor"`
	Processors int       `json:"processors"`
	Memory     string    `json:"memory"`
	System     string    `json:"system"`
	Postgres   string    `json:"postgres"`
	Settings   string    `json:"settings"`
	Hectl      string    `json:"hectl"`
	Compress   string    `json:"compress"` // hectl's
	Load       string    `json:"load"`     // averages at the start
}

func (w *world) inspect(ctx context.Context) machine {
	m := machine{
		Time:       time.Now().UTC().Truncate(time.Second),
		Processor:  valueIn("/proc/cpuinfo", "model name"),
		Processors: runtime.NumCPU(),
		Memory:     valueIn("/proc/meminfo", "MemTotal"),
		System:     output(ctx, "uname", "-srm"),
		Hectl:      output(ctx, w.opt.hectl, "version"),
		Compress:   w.compress,
		Load:       output(ctx, "cut", "-d", " ", "-f-3", "/proc/loadavg"),
	}
	// What a server of one's own may have otherwise.
	query := `SELECT current_setting('server_version'), (SELECT string_agg(name || '=' || current_setting(name), ' ') FROM pg_settings
		WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'max_wal_size', 'shared_buffers', 'maintenance_work_mem', 'autovacuum'))`
	if err := w.admin.QueryRow(ctx, query).Scan(&m.Postgres, &m.Settings); err != nil {
		m.Postgres = err.Error()
	}
	return m
}

// valueIn returns the value of the first line "name : value" of a file.
func valueIn(file, name string) string {
	text, _ := os.ReadFile(file) // only Linux has them
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// output returns the first line that a program writes.
func output(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

// busy is the share of the processors, 0 to 1, above which others make figures
// doubtful.
const busy = 0.1

// othersUse returns the share of the processors in use, at a moment when no
// contender runs; 0 where there is no /proc.
func othersUse(ctx context.Context) float64 {
	idleBefore, allBefore := processorTimes()
	select {
	case <-time.After(300 * time.Millisecond):
	case <-ctx.Done():
	}
	idle, all := processorTimes()
	if all == allBefore {
		return 0
	}
	return 1 - (idle-idleBefore)/(all-allBefore)
}

// waitForQuiet waits until others use little of the processors, but no longer
// than told, and returns what they use then.
func waitForQuiet(ctx context.Context, longest time.Duration) float64 {
	start := time.Now()
	for {
		use := othersUse(ctx)
		if use <= busy || time.Since(start) >= longest || ctx.Err() != nil {
			return use
		}
	}
}

// processorTimes returns how long the processors have been idle, and how long
// there have been any, in the kernel's ticks. Time that the host took away
// counts as used.
func processorTimes() (idle, all float64) {
	text, _ := os.ReadFile("/proc/stat") // only Linux has it
	line, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(line) {
		if i == 0 || i > 8 {
			continue // the name; guests' time, which is in the user's
		}
		ticks, _ := strconv.ParseFloat(field, 64) // the kernel's
		all += ticks
		if i == 4 || i == 5 { // idle, and idle because of the disk
			idle += ticks
		}
	}
	return idle, all
}

// warning says that others worked at the same time.
func (s sample) warning() string {
	if s.Others <= busy {
		return ""
	}
	return fmt.Sprintf("   warning: others use %.0f %% of the processors", 100*s.Others)
}
