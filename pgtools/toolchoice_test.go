package pgtools

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	all := func(name string, wrapper bool, versions ...Version) (list []Tool) {
		for _, v := range versions {
			list = append(list, Tool{Name: name, Version: v, Wrapper: wrapper})
		}
		return list
	}
	found := slices.Concat(
		all("pg_dump", false, Version{17, 2}, Version{14, 10}, Version{15, 3}, Version{15, 18}),
		all("pg_dump", true, Version{17, 2}),
		all("pg_restore", false, Version{17, 2}, Version{14, 10}, Version{15, 18}),
		all("pg_restore", true, Version{17, 2}),
	)
	for server, want := range map[int]Version{10: {14, 10}, 14: {14, 10}, 15: {15, 18}, 16: {17, 2}, 17: {17, 2}, 18: {}} {
		got, ok := chooseDump(found, server)
		if got.Version != want || ok != (want != Version{}) || got.Wrapper {
			t.Errorf("dump of %d: %v, %v; want %v", server, got, ok, want)
		}
	}
	for _, tt := range []struct {
		server, minor int
		want          Version
	}{
		{15, 14, Version{15, 18}},
		{13, 14, Version{14, 10}},
		{16, 14, Version{15, 18}}, // 15 and 17 are equally near
		{18, 14, Version{17, 2}},
		{14, 15, Version{17, 2}}, // 14 and 15 cannot read 1.15
		{14, 16, Version{17, 2}},
		{14, 17, Version{}}, // no pg_restore reads 1.17
	} {
		got, ok := chooseRestore(found, tt.server, tt.minor)
		if got.Version != tt.want || ok != (tt.want != Version{}) || got.Wrapper {
			t.Errorf("restore of 1.%d into %d: %v, %v; want %v", tt.minor, tt.server, got, ok, tt.want)
		}
	}
	// An archive that no pg_restore can read is converted.
	old := all("pg_restore", false, Version{11, 2}, Version{13, 4}, Version{15, 18})
	for server, want := range map[int]Version{12: {13, 4}, 14: {13, 4}, 15: {15, 18}, 19: {15, 18}} {
		if got, ok := chooseRestore(old, server, 16); !ok || got.Version != want || got.Reads(16) || !got.Reads(14) {
			t.Errorf("restore of 1.16 into %d: %v, %v; want %v", server, got, ok, want)
		}
	}
	if got, ok := chooseRestore(old[:1], 15, 16); ok {
		t.Error(got)
	}
	if got, ok := chooseDump(all("pg_dump", true, Version{15, 1}), 15); !ok || !got.Wrapper {
		t.Error("a wrapper is better than nothing:", got, ok)
	}
}

func TestChooseErrors(t *testing.T) {
	t.Parallel()
	tools := &Tools{
		found:   []Tool{{Name: "pg_dump", Version: Version{14, 1}}, {Name: "pg_dump", Version: Version{15, 18}}},
		skipped: []Skipped{{"/opt/pg_dump", errors.New("exec format error")}},
		advice:  func(major int) string { return adviceFor("darwin", "", major) },
	}
	_, err := tools.Dump(Version{16, 2})
	if err == nil || err.Error() != "the server is PostgreSQL 16.2, which needs pg_dump 16 or newer; found: pg_dump 14.1, 15.18 (/opt/pg_dump does not run: exec format error)" {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{`run "brew install postgresql@16"`}, fault.Hints(err)); diff != "" {
		t.Error(diff)
	}
	_, err = tools.Restore(Version{14, 2}, 16)
	if err == nil || !strings.HasPrefix(err.Error(), "the dump has archive format 1.16, which needs pg_restore 17 or newer; found: no pg_restore") {
		t.Error(err)
	}
}
