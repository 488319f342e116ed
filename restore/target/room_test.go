package target

import (
	"testing"

	"github.com/rubyforgood/hectl/dump/catalog"
)

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"": true, "127.0.0.1": true, "127.0.0.53": true, "::1": true, "::ffff:127.0.0.1": true,
		"172.17.0.2": false, "::ffff:172.17.0.2": false, "fe80::1": false, "localhost": false,
	} {
		if got := isLoopback(addr); got != want {
			t.Errorf("%s: %t", addr, got)
		}
	}
}

func TestWarnIfSmall(t *testing.T) {
	t.Parallel()
	small := &catalog.Manifest{DatabaseSize: 1000}
	for _, tt := range []struct {
		name string
		free int64
		m    *catalog.Manifest
		want string
	}{
		{"enough", 1000, small, ""},
		{"too little", 999, small, "the database was 1.0 kB when it was dumped, but only 999 B is free in /data, the server's data directory"},
		{"free space not known", -1, small, ""},
		{"no manifest", 0, nil, ""},
		{"size not known", 0, &catalog.Manifest{}, ""},
	} {
		if got := (DataFolder{Dir: "/data", Free: tt.free}).WarnIfSmall(tt.m); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}
