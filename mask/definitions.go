package mask

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A Definition is a definition in an archive that appears to contain a secret or personal
// data. Rules do not mask definitions.
type Definition struct {
	Name string `json:"name"` // such as "view public.report"
	Why  string `json:"why"`
	Hash string `json:"hash"` // hash of the SQL, so a changed definition needs another review
	Open bool   `json:"open"`
}

// definitions returns the suspicious definitions of an archive. A definition is open unless
// reviewed has its name, with its hash or the word keep.
func definitions(head *archive.Head, s *schema.Schema, reviewed map[string]string) []Definition {
	var list []Definition
	bounds := personalBounds(s)
	out := NewLeftOut(head)
	for e := range head.All() {
		if e.Definition == "" || out.Drops(e) || slices.Contains([]string{"ENCODING", "STDSTRINGS", "SEARCHPATH", "STATISTICS DATA", "BLOB", "BLOB METADATA"}, e.Desc) {
			continue
		}
		why := looksLike(e.Definition)
		if _, attaches := schema.ParentOf(e); why == "" && attaches && strings.Contains(e.Definition, "'") {
			why = bounds[schema.Name{Schema: e.Namespace, Name: e.Tag}]
		}
		if why == "" {
			continue
		}
		sum := sha256.Sum256([]byte(e.Definition))
		d := Definition{Name: definitionName(e), Why: why, Hash: hex.EncodeToString(sum[:6])}
		d.Open = reviewed[d.Name] != d.Hash && reviewed[d.Name] != "keep"
		list = append(list, d)
	}
	return list
}

// definitionName returns the name of an entry in hectl.yml.
func definitionName(e *archive.Entry) string {
	name := e.Tag
	if e.Namespace != "" {
		name = e.Namespace + "." + name
	}
	return strings.ToLower(e.Desc) + " " + name
}

// personalBounds returns, by partition, the reason why its bounds may be personal data:
// they are values of the column by which the table is partitioned.
func personalBounds(s *schema.Schema) map[schema.Name]string {
	byName := s.ByName()
	why := map[schema.Name]string{}
	for _, t := range s.Tables {
		if t.PartitionOf == nil || byName[*t.PartitionOf] == nil {
			continue
		}
		of := byName[*t.PartitionOf]
		for _, column := range of.Uses(of.PartitionBy) {
			c := of.Column(column)
			if about, ok := topicOf(column); ok && c != nil && methods.KindOf(c.Type) == methods.Text {
				why[t.Name] = "its bounds may be " + about.name
			}
		}
	}
	return why
}

// A look is a pattern for one kind of secret or personal data.
type look struct {
	what string
	form *regexp.Regexp
}

// looks returns the patterns, the most severe first. They match literals in SQL and in
// function bodies, never names.
func looks() []look {
	const secret = `(?:password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|private_?key|credential)s?(?:_key|_base|_key_base)?`
	return []look{
		{"a private key", regexp.MustCompile(`-{5}BEGIN [A-Z ]*PRIVATE KEY`)},
		{"a password in a URL", regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s/@:'"]*:[^\s/@'"]+@`)},
		{"a password", regexp.MustCompile(`(?i)\bpassword(?:='{0,2}|: )[^\s'"]+`)},
		{"a connection string", regexp.MustCompile(`(?i)\b(?:host|hostaddr|port|dbname|user)=[^\s']+\s+(?:host|hostaddr|port|dbname|user|sslmode)=|\bpostgres(?:ql)?://`)},
		{"an AWS key", regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`)},
		{"a token", regexp.MustCompile(`\b(?:sk|pk|rk)_live_[0-9A-Za-z]{8,}|\bgh[pousr]_[0-9A-Za-z]{20,}|\bxox[abprs]-[0-9A-Za-z-]{10,}|\beyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.`)},
		{"a password hash", regexp.MustCompile(`\$2[aby]\$\d\d\$[./0-9A-Za-z]{20,}|\$argon2(?:id|i|d)\$|\bSCRAM-SHA-256\$`)},
		{"a secret", regexp.MustCompile(`(?i)` + secret + `["']?(?:\s*(?:=|:=|=>|:|\bto\b|\b(?:text|character varying(?:\(\d+\))?) default)\s*|\s+)(?:E?'[^'\s]{4,}'|"[^"\s]{4,}")`)},
		{"an e-mail address", regexp.MustCompile(`[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b`)},
		{"a personal number", regexp.MustCompile(`'(?:[^']*\D)?\d{3}-\d{2}-\d{4}(?:\D[^']*)?'`)},
		{"a phone number", regexp.MustCompile(`\(\d{3}\) ?\d{3}-\d{4}|\+\d{1,3}[ -]\d[\d -]{6,}\d|'\+\d{8,15}'`)},
	}
}

// examples matches addresses that are reserved for examples.
var examples = regexp.MustCompile(`(?i)@(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|example|test|invalid|localhost)$`)

// looksLike returns the kind of secret or personal data that SQL appears to contain, or ""
// if none.
func looksLike(sql string) string {
	for _, l := range looks() {
		for _, found := range l.form.FindAllString(sql, -1) {
			if !examples.MatchString(found) {
				return l.what
			}
		}
	}
	return ""
}

// openDefinitions returns the definitions that are not reviewed.
func (r *Report) openDefinitions() []Definition {
	return slices.DeleteFunc(slices.Clone(r.Definitions), func(d Definition) bool { return !d.Open })
}

// OpenDefinitions returns how many definitions are not reviewed.
func (r *Report) OpenDefinitions() int { return len(r.openDefinitions()) }
