package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// dirVariable names the variable that package pgtest reads the folder from. Importing
// the package would compile Postgres's driver only for this program.
const dirVariable = "PGTEST_DIR"

// memory is Linux's folder in memory. Each database is several hundred files, and the
// tests create and drop many: on ext4, that is half of the kernel's work.
const memory = "/dev/shm"

// room is more than twice what the tests need at once.
const room = 8 << 30

// clustersDir returns the folder for the data of Postgres's servers: memory if there is
// room in it, "" for the usual one.
func clustersDir() string {
	if given := os.Getenv(dirVariable); given != "" {
		return given
	}
	var stat syscall.Statfs_t
	if err := syscall.Statfs(memory, &stat); err != nil {
		return ""
	}
	meminfo, err := os.ReadFile("/proc/meminfo")
	if err != nil || availableMemory(string(meminfo)) < room || stat.Bavail < room/uint64(cmp.Or(stat.Bsize, 1)) {
		return ""
	}
	return memory
}

// availableMemory returns the bytes of memory that programs can still get, from the text
// of /proc/meminfo; 0 if the text has no such line.
func availableMemory(meminfo string) int64 {
	for line := range strings.Lines(meminfo) {
		var kB int64
		if n, _ := fmt.Sscanf(line, "MemAvailable: %d kB", &kB); n == 1 {
			return kB << 10
		}
	}
	return 0
}
