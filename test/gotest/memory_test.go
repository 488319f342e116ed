package main

import "testing"

func TestAvailableMemory(t *testing.T) {
	for text, want := range map[string]int64{
		"MemTotal:       24683564 kB\nMemFree:        16438932 kB\nMemAvailable:   22445212 kB\nBuffers:  1 kB\n": 22445212 << 10,
		"MemTotal:       24683564 kB\n": 0,
		"":                              0,
	} {
		if got := availableMemory(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestGivenClustersDir(t *testing.T) {
	t.Setenv(dirVariable, "/elsewhere")
	if got := clustersDir(); got != "/elsewhere" {
		t.Error(got)
	}
}
