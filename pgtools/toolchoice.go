package pgtools

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// A NoToolError means that no client program on this machine is new enough.
type NoToolError struct{ text string }

// Error returns one line.
func (e *NoToolError) Error() string { return e.text }

func noTool(hint, format string, args ...any) error {
	return fault.Wrap(fault.Failed, hint, &NoToolError{fmt.Sprintf(format, args...)})
}

// Dump returns the pg_dump for a server: the oldest one that is not older than the server.
// pg_dump refuses newer servers, and older versions of pg_restore read only archives from
// an older pg_dump.
func (t *Tools) Dump(server Version) (Tool, error) {
	if tool, ok := chooseDump(t.found, server.Major); ok {
		return tool, nil
	}
	return Tool{}, noTool(t.advice(server.Major),
		"the server is PostgreSQL %v, which needs pg_dump %d or newer; found: %s%s",
		server, server.Major, describe(t.found, "pg_dump"), t.skippedText())
}

// Restore returns the pg_restore for a target server and an archive of format
// 1.archiveMinor. Of those that can read the archive, it chooses the major version nearest
// to the server's. Of two that are equally near, it chooses the older one: a newer one may
// set parameters that the server does not recognize. If none can read the archive, Restore
// chooses one for which archive.Downgrade converts the archive.
func (t *Tools) Restore(server Version, archiveMinor int) (Tool, error) {
	if tool, ok := chooseRestore(t.found, server.Major, archiveMinor); ok {
		return tool, nil
	}
	return Tool{}, t.NoRestore(archiveMinor, server)
}

// NoRestore returns the error for an archive of format 1.archiveMinor that no pg_restore on
// this machine can read. Its hint says how to install one that can.
func (t *Tools) NoRestore(archiveMinor int, server Version) error {
	needed := restoreMajor(archiveMinor)
	return noTool(t.advice(max(needed, server.Major)),
		"the dump has archive format 1.%d, which needs pg_restore %d or newer; found: %s%s",
		archiveMinor, needed, describe(t.found, "pg_restore"), t.skippedText())
}

// Reads reports whether a pg_restore can read archive format 1.minor.
func (t Tool) Reads(minor int) bool { return t.Version.Major >= restoreMajor(minor) }

// restoreMajor returns the first major version whose pg_restore reads archive
// format 1.minor (K_VERS_1_* in pg_backup_archiver.h). PostgreSQL 17, 18 and 19 write
// 1.16, so a later format belongs to a later version.
func restoreMajor(minor int) int {
	switch {
	case minor <= 14:
		return oldestMajor
	case minor == 15:
		return 16
	case minor == 16:
		return 17
	default:
		return 20
	}
}

func chooseDump(found []Tool, server int) (Tool, bool) {
	return choose(found, "pg_dump", func(a, b Tool) int {
		return cmp.Compare(a.Version.Major, b.Version.Major)
	}, func(t Tool) bool { return t.Version.Major >= max(server, oldestMajor) })
}

func chooseRestore(found []Tool, server, archiveMinor int) (Tool, bool) {
	distance := func(t Tool) int { return max(t.Version.Major-server, server-t.Version.Major) }
	nearest := func(a, b Tool) int {
		return cmp.Or(cmp.Compare(distance(a), distance(b)), cmp.Compare(a.Version.Major, b.Version.Major))
	}
	if tool, ok := choose(found, "pg_restore", nearest, func(t Tool) bool { return t.Reads(archiveMinor) }); ok {
		return tool, true
	}
	return choose(found, "pg_restore", nearest, func(t Tool) bool { return t.Reads(archive.OldMinor) && archiveMinor <= archive.MaxMinor })
}

// choose returns the best of the tools called name for which fits returns true. Among
// equals, it prefers the newest minor version, and a program to a wrapper.
func choose(found []Tool, name string, better func(a, b Tool) int, fits func(Tool) bool) (Tool, bool) {
	fitting := slices.DeleteFunc(slices.Clone(found), func(t Tool) bool { return t.Name != name || !fits(t) })
	if len(fitting) == 0 {
		return Tool{}, false
	}
	return slices.MinFunc(fitting, func(a, b Tool) int {
		return cmp.Or(better(a, b), b.Version.compare(a.Version), compareWrapper(a, b))
	}), true
}

// compareTools orders tools by name and version, with programs before wrappers.
func compareTools(a, b Tool) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), a.Version.compare(b.Version), compareWrapper(a, b), cmp.Compare(a.Path, b.Path))
}

func compareWrapper(a, b Tool) int {
	switch {
	case a.Wrapper == b.Wrapper:
		return 0
	case a.Wrapper:
		return 1
	default:
		return -1
	}
}

// describe lists the versions of the tools called name.
func describe(found []Tool, name string) string {
	var versions []string
	for _, t := range found {
		if v := t.Version.String(); t.Name == name && !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	if len(versions) == 0 {
		return fmt.Sprintf("no %s", name)
	}
	return name + " " + strings.Join(versions, ", ")
}
