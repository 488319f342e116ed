package dump

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/internal/text"
)

// Info describes a dump.
type Info struct {
	Name          string     `json:"name"`
	Size          int64      `json:"size"` // in bytes; -1 if not known
	Taken         *time.Time `json:"taken_at,omitempty"`
	Database      string     `json:"database,omitempty"`
	ServerVersion string     `json:"server_version,omitempty"`
	DumpVersion   string     `json:"pg_dump_version,omitempty"`
	Masked        bool       `json:"masked"`               // whether the dump counts as masked: see Trust
	MaskRules     string     `json:"mask_rules,omitempty"` // SHA-256 of the masking rules
}

func (d Info) String() string {
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

// Info describes the dump.
func (d *Dump) Info() Info {
	info := Info{Name: d.Name, Size: d.Size}
	if d.Head != nil {
		info.Database, info.ServerVersion, info.DumpVersion = d.Head.Database, d.Head.ServerVersion, d.Head.DumpVersion
	}
	if !d.Taken.IsZero() {
		info.Taken = &d.Taken
	}
	if d.Masked {
		info.Masked, info.MaskRules = true, d.Manifest.MaskRules
	}
	return info
}
