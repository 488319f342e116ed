package main

import (
	"strconv"
	"strings"
	"syscall"
)

// keepPages makes the next size bytes of memory cheap to take: it takes that
// much, writes to each page, and gives it back.
//
// A virtual machine may have lent its idle memory to others, and then gets a
// page back when it is first written to, at a fifth of memory's speed. Whoever
// copies files, as CREATE DATABASE does, pays for that in the page cache, or
// does not, by what ran before.
func keepPages(size int64) error {
	if size == 0 {
		return nil
	}
	pages, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return err
	}
	for i := 0; i < len(pages); i += syscall.Getpagesize() {
		pages[i] = 1
	}
	return syscall.Munmap(pages)
}

// availableMemory is what programs can take without others losing any, in bytes;
// 0 where there is no /proc.
func availableMemory() int64 {
	number, _, _ := strings.Cut(valueIn("/proc/meminfo", "MemAvailable"), " ")
	kibibytes, _ := strconv.ParseInt(number, 10, 64) // "unknown": 0
	return kibibytes << 10
}
