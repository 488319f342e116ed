package audit

import (
	"slices"
	"time"
)

// Version is the version of the report's format. Adding a field does not change it.
const Version = 1

// Results of a verification.
const (
	Passed   = "passed"
	Warnings = "passed with warnings" // exit code 3
	Failed   = "failed"
)

// Report is the report of one verification. Times are in UTC. Unknown facts are omitted.
type Report struct {
	Version  int       `json:"report_version"`
	Result   string    `json:"result"`
	ExitCode int       `json:"exit_code"`
	Error    string    `json:"error,omitempty"`
	Started  time.Time `json:"started_at"`
	Finished time.Time `json:"finished_at"`
	RunBy    RunBy     `json:"run_by"`

	Dump     *Dump     `json:"dump,omitempty"`
	Recovery *Recovery `json:"recovery,omitempty"`
	Versions Versions  `json:"versions"`
	Hashes   Hashes    `json:"hashes"`
	Tables   []Table   `json:"tables"`
	Checks   []Check   `json:"checks"`
	Damage   []string  `json:"damage,omitempty"`
	Steps    []Step    `json:"steps"`
}

// RunBy describes who ran the verification, and where.
type RunBy struct {
	User   string `json:"os_user,omitempty"`
	Host   string `json:"host,omitempty"`
	Role   string `json:"database_role,omitempty"`   // empty without a test restore
	Server string `json:"database_server,omitempty"` // the target beside which the dump was restored
	AWS    string `json:"aws_identity,omitempty"`    // ARN; "" for stores other than AWS
	RunID  string `json:"run_id,omitempty"`          // the run's ID in the log
}

// Dump describes the dump.
type Dump struct {
	Name        string     `json:"name"` // s3://BUCKET/KEY
	Size        int64      `json:"size"` // bytes
	VersionID   string     `json:"version_id,omitempty"`
	ETag        string     `json:"etag,omitempty"`
	Uploaded    time.Time  `json:"uploaded_at"`
	Taken       *time.Time `json:"taken_at,omitempty"`
	AgeSeconds  float64    `json:"age_seconds,omitempty"` // age when the verification started
	Label       string     `json:"env,omitempty"`
	Database    string     `json:"database,omitempty"`
	Compression string     `json:"compression,omitempty"`
	Manifest    string     `json:"manifest,omitempty"` // key; "" without a manifest
	Masked      bool       `json:"masked"`             // the dump counts as masked
}

// Recovery is the measured recovery time.
type Recovery struct {
	Seconds float64 `json:"seconds"` // total of the steps that a fetch also has
	Masked  bool    `json:"masked"`  // the restored rows were masked
}

// Step is a step of the run, in the order in which they started.
type Step struct {
	Name     string  `json:"name"`
	Seconds  float64 `json:"seconds"`
	Recovery bool    `json:"recovery"` // part of the recovery time
}

// Versions are the versions of everything involved.
type Versions struct {
	Hectl       string `json:"hectl"`
	Source      string `json:"source_server,omitempty"`
	PGDump      string `json:"pg_dump,omitempty"`
	Archive     string `json:"archive_layout,omitempty"`
	BackupHectl string `json:"backup_hectl,omitempty"` // version that wrote the manifest
	PGRestore   string `json:"pg_restore,omitempty"`
	Restored    string `json:"restored_into,omitempty"` // the server of the test restore
}

// Hashes are the expected and the computed checksums.
type Hashes struct {
	Object string    `json:"object_sha256,omitempty"` // computed from the whole dump
	Store  *Compared `json:"store,omitempty"`         // the store's checksum of the whole dump
	Head   *Compared `json:"table_of_contents,omitempty"`
	Blocks []Block   `json:"blocks"`
}

// Compared is a computed checksum, and the expected one if it is known.
type Compared struct {
	Kind     string `json:"kind"` // SHA-256, CRC64NVME or MD5
	Expected string `json:"expected,omitempty"`
	Computed string `json:"computed"`
	Equal    *bool  `json:"equal,omitempty"` // nil if there is nothing to compare with
}

// Compare compares two checksums. expected is "" if it is not known.
func Compare(kind, expected, computed string) Compared {
	c := Compared{Kind: kind, Expected: expected, Computed: computed}
	if expected != "" {
		equal := expected == computed
		c.Equal = &equal
	}
	return c
}

// Block is the checksum of a block, the data of one entry.
type Block struct {
	Name   string `json:"name"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	Compared
}

// Table has the row counts of one table. A count that is not known is nil.
type Table struct {
	Name     string `json:"name"`
	Manifest *int64 `json:"manifest"`
	Dump     *int64 `json:"dump"`
	Restored *int64 `json:"restored"`
	LeftOut  bool   `json:"left_out,omitempty"` // a restore leaves out its rows
}

// differs reports whether two of the counts differ.
func (t Table) differs() bool {
	known := slices.DeleteFunc([]*int64{t.Manifest, t.Dump, t.Restored}, func(n *int64) bool { return n == nil })
	return slices.ContainsFunc(known, func(n *int64) bool { return *n != *known[0] })
}

// Outcomes of a check.
const (
	CheckPassed = "passed"
	CheckFailed = "failed"
	NotMade     = "not made"
)

// Check is one check of a verification, made or skipped.
type Check struct {
	Name    string `json:"name"`
	Outcome string `json:"outcome"`
	Detail  string `json:"detail"` // what was compared, or why the check was not made
}
