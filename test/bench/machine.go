package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine describes where the figures were measured.
type machine struct {
	Time       time.Time `json:"time"`
	Processor  string    `json:"processor"`
	Processors int       `json:"processors"`
	Memory     string    `json:"memory"`
	System     string    `json:"system"`
	Postgres   string    `json:"postgres"`
	Settings   string    `json:"settings"`
	Hectl      string    `json:"hectl"`
	Compress   string    `json:"compress"` // compression of pg_dump
	Load       string    `json:"load"`     // load averages at the start
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
	// Settings that may differ on other servers.
	query := `SELECT current_setting('server_version'), (SELECT string_agg(name || '=' || current_setting(name), ' ') FROM pg_settings
		WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'max_wal_size', 'shared_buffers', 'maintenance_work_mem', 'autovacuum'))`
	if err := w.admin.QueryRow(ctx, query).Scan(&m.Postgres, &m.Settings); err != nil {
		m.Postgres = err.Error()
	}
	return m
}

// valueIn returns the value in the first line "name : value" of a file.
func valueIn(file, name string) string {
	text, _ := os.ReadFile(file) // only Linux has these files
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
