package catalog

import (
	"regexp"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/config"
)

const (
	folder     = "backups/"
	suffix     = ".rds.dump"
	timeLayout = "20060102150405" // UTC
)

// Key returns the key of a dump taken at t. base is "" for the top level of the bucket.
func Key(base, label string, t time.Time) string {
	return Prefix(base) + label + "-" + t.UTC().Format(timeLayout) + suffix
}

// Prefix returns the common prefix of the keys of all dumps under base.
func Prefix(base string) string {
	if base == "" {
		return folder
	}
	return base + "/" + folder
}

// BaseOf returns the base under which key is the key of a dump, or "" if there is none.
func BaseOf(key string) string {
	base, _ := strings.CutSuffix(key[:strings.LastIndexByte(key, '/')+1], "/"+folder)
	if strings.HasSuffix(base, "/") {
		return ""
	}
	return base
}

var labelAndTime = regexp.MustCompile(`^(?:(.+)-)?(\d{14})$`)

// ParseKey parses the key of a dump. ok is false if key is not the key of a dump under
// base. t is zero if the key has no time.
func ParseKey(base, key string) (label string, t time.Time, ok bool) {
	name, in := strings.CutPrefix(key, Prefix(base))
	stem, is := strings.CutSuffix(name, suffix)
	if !in || !is || stem == "" || strings.Contains(stem, "/") {
		return "", time.Time{}, false
	}
	if m := labelAndTime.FindStringSubmatch(stem); m != nil {
		if t, err := time.Parse(timeLayout, m[2]); err == nil {
			if m[1] == "" {
				return config.DefaultLabel, t, true
			}
			return m[1], t, true
		}
	}
	return stem, time.Time{}, true
}
