package restore

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/internal/text"
)

// dumpInfo describes the dump that is restored.
type dumpInfo struct {
	Name          string     `json:"name"`
	Size          int64      `json:"size"` // bytes; -1 when not known
	Taken         *time.Time `json:"taken_at,omitempty"`
	Database      string     `json:"database,omitempty"`
	ServerVersion string     `json:"server_version,omitempty"`
	DumpVersion   string     `json:"pg_dump_version,omitempty"`
	Masked        bool       `json:"masked"`               // it was made by "hectl mask", or its like
	MaskRules     string     `json:"mask_rules,omitempty"` // SHA-256 of the rules by which
}

func (d dumpInfo) String() string {
	var facts []string
	if d.Size >= 0 {
		facts = append(facts, humanize.Bytes(uint64(d.Size)))
	}
	if d.Taken != nil {
		facts = append(facts, "taken "+text.Minute(*d.Taken))
	}
	if d.Masked {
		facts = append(facts, fmt.Sprintf("masked by the rules %.12s", d.MaskRules))
	}
	if len(facts) == 0 {
		return d.Name
	}
	return d.Name + " (" + strings.Join(facts, ", ") + ")"
}

func (d *dump) info() dumpInfo {
	info := dumpInfo{Name: d.Name, Size: d.Size}
	if d.Head != nil {
		info.Database, info.ServerVersion, info.DumpVersion = d.Head.Database, d.Head.ServerVersion, d.Head.DumpVersion
	}
	if !d.Taken.IsZero() {
		info.Taken = &d.Taken
	}
	if d.masked {
		info.Masked, info.MaskRules = true, d.manifest.MaskRules
	}
	return info
}
