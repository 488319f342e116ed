package main

import (
	"strconv"
	"strings"
	"syscall"
)

// keepPages makes the next size bytes of memory cheap to allocate: it allocates as
// much, writes to each page, and frees it.
//
// A virtual machine may have lent its idle memory to others. It gets a page back at the
// first write, at a fifth of memory's speed. Without keepPages, a program that copies
// files, as CREATE DATABASE does, may or may not pay for that, depending on the program
// that ran before.
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

// availableMemory returns the memory that a program can allocate without taking any
// from others, in bytes; 0 without /proc.
func availableMemory() int64 {
	number, _, _ := strings.Cut(valueIn("/proc/meminfo", "MemAvailable"), " ")
	kibibytes, _ := strconv.ParseInt(number, 10, 64) // 0 if unknown
	return kibibytes << 10
}
