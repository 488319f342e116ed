package attachments

import (
	"path"
	"regexp"
	"strings"
)

// service is a Disk service in the settings of a Rails application.
type service struct {
	Name string
	Root string // relative to the application, with slashes; "" if unknown
}

var (
	serviceLine  = regexp.MustCompile(`^["']?([A-Za-z0-9_-]+)["']?:\s*(#.*)?$`)
	settingLine  = regexp.MustCompile(`^\s+(service|root):\s*(.*?)\s*$`)
	railsRoot    = regexp.MustCompile(`^["']?<%=\s*Rails\.root\.join\((.*)\)(?:\.to_s)?\s*%>["']?$`)
	quotedString = regexp.MustCompile(`^\s*["']([^"'#]*)["']\s*$`)
	plainRoot    = regexp.MustCompile(`^["']?([A-Za-z0-9_./-]+)["']?$`)
)

// diskServices finds the Disk services in the text of config/storage.yml. That file is an
// ERB template that only Ruby can evaluate. diskServices reads the usual forms and ignores
// the rest.
func diskServices(text string) []service {
	var found []service
	var current service
	disk := false
	end := func() {
		if disk {
			found = append(found, current)
		}
		current, disk = service{}, false
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if m := serviceLine.FindStringSubmatch(line); m != nil {
			end()
			current.Name = m[1]
			continue
		}
		if line != "" && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "<%") {
			end()
			continue
		}
		m := settingLine.FindStringSubmatch(line)
		switch {
		case m == nil || current.Name == "":
		case m[1] == "service":
			disk = strings.Trim(m[2], `"'`) == "Disk"
		default:
			current.Root = rootOf(m[2])
		}
	}
	end()
	return found
}

// rootOf reads a literal path, or one that is joined to Rails.root.
func rootOf(text string) string {
	m := railsRoot.FindStringSubmatch(text)
	if m == nil {
		if m := plainRoot.FindStringSubmatch(text); m != nil {
			return m[1]
		}
		return ""
	}
	var parts []string
	for part := range strings.SplitSeq(m[1], ",") {
		q := quotedString.FindStringSubmatch(part)
		if q == nil {
			return ""
		}
		parts = append(parts, q[1])
	}
	return path.Join(parts...)
}
