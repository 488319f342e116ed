package setup

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/projectfiles"
	"github.com/rubyforgood/hectl/pgtools"
)

// proposal is a database in the project's files, as a target for hectl.yml.
type proposal struct {
	Target string `json:"target"` // text for hectl.yml; "" if it must not be a target
	Origin string `json:"origin"`
	Parts  []part `json:"parts,omitempty"`
	Reason string `json:"not_proposed,omitempty"`
}

// part is one part of a proposal, and where it was found.
type part struct {
	Name   string `json:"name"` // database, host, port or user
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

// findProposals looks for databases in the project's files. check decides which can be
// targets.
func findProposals(env *command.Env, dir string, check func(config.Flags) error) []proposal {
	variables := config.Environment(env.Environ).ProjectVariables
	found := projectfiles.Find(projectfiles.Project{Dir: dir, Variables: variables})
	production := findProduction(variables(dir))
	var all []proposal
	for _, d := range found {
		p := proposal{Origin: strings.Join(append([]string{d.Origin}, d.Also...), ", "), Parts: listParts(d)}
		p.Reason = cmp.Or(d.Reason, production)
		if p.Reason == "" {
			p.Target, p.Reason = writeTarget(d, check)
		}
		all = append(all, p)
	}
	return all
}

// findProduction returns the variable that sets a production environment, in which
// nothing is proposed.
func findProduction(variables map[string]config.Value) string {
	for _, name := range config.EnvironmentNames() {
		if v := variables[name]; projectfiles.LooksLikeProduction(v.Text) {
			return fmt.Sprintf("%s says %s", v.Origin, v.Text)
		}
	}
	return ""
}

// writeTarget returns a target for hectl.yml, or the reason why there is none. It leaves
// out parts that hectl reads from the same variables as the application: they differ
// between developers, who share the file.
func writeTarget(d projectfiles.Database, check func(config.Flags) error) (target, reason string) {
	host, port, user := d.Host, d.Port, d.User
	if hectlReads(host) {
		host.Text = ""
	}
	if hectlReads(port) || port.Text == "5432" {
		port.Text = ""
	}
	if hectlReads(user) && host.Text == "" {
		user.Text = ""
	}
	want := map[string]string{"dbname": d.Name.Text, "host": host.Text, "port": port.Text, "user": user.Text}
	maps.DeleteFunc(want, func(_, v string) bool { return v == "" })
	target = targetText(want)
	if !config.Printable(target) {
		return "", "it has invisible characters"
	}
	if said, err := pgtools.ParseParams(target); err != nil || !maps.Equal(want, map[string]string(said)) {
		return "", "it cannot be written as a target"
	}
	if err := check(config.Flags{"target": target}); err != nil {
		return "", err.Error()
	}
	conn, err := pgtools.Params(want).Resolve(func(string) (string, bool) { return "", false })
	switch {
	case err != nil:
		return "", err.Error()
	case !conn.IsLocal():
		return "", fmt.Sprintf("%s is not this machine", host.Text)
	}
	return target, ""
}

// hectlReads reports whether a part comes from a variable that hectl also reads.
func hectlReads(p projectfiles.Part) bool {
	return slices.Contains([]string{"PG_HOST", "PG_USERNAME", "PGHOST", "PGPORT", "PGUSER"}, p.Variable)
}

// targetText renders a database in the most readable form: its name, a URI, or a conninfo
// string.
func targetText(want map[string]string) string {
	host, name := want["host"], want["dbname"]
	switch {
	case len(want) == 1 && !strings.ContainsAny(name, "=@:/ '\\"):
		return name
	case host != "" && !strings.HasPrefix(host, "/"):
		u := url.URL{Scheme: "postgres", Host: host, Path: "/" + name}
		if port := want["port"]; port != "" {
			u.Host = net.JoinHostPort(host, port)
		} else if strings.Contains(host, ":") {
			u.Host = "[" + host + "]"
		}
		if user := want["user"]; user != "" {
			u.User = url.User(user)
		}
		return u.String()
	}
	var words []string
	for _, keyword := range []string{"host", "port", "user", "dbname"} {
		if v := want[keyword]; v != "" {
			words = append(words, keyword+"="+pgtools.QuoteConninfo(v))
		}
	}
	return strings.Join(words, " ")
}

// listParts lists the parts of a database that a file has.
func listParts(d projectfiles.Database) []part {
	var all []part
	for _, p := range []struct {
		name string
		part projectfiles.Part
	}{{"database", d.Name}, {"host", d.Host}, {"port", d.Port}, {"user", d.User}} {
		if p.part.Text == "" {
			continue
		}
		origin := p.part.Origin
		if variable := p.part.Variable; hectlReads(p.part) {
			place, _, _ := strings.Cut(strings.TrimPrefix(origin, variable+" "), " (")
			origin = fmt.Sprintf("left to %s (%s)", variable, place)
		}
		all = append(all, part{p.name, p.part.Text, origin})
	}
	return all
}

// showProposals prints the proposals, numbers those that can be chosen, and returns the
// targets by number.
func showProposals(env *command.Env, found []proposal) []string {
	var targets []string
	for _, p := range found {
		if p.Target == "" {
			continue
		}
		targets = append(targets, p.Target)
		env.Console.Say("%d. %s\n   found in %s", len(targets), p.Target, p.Origin)
		for _, part := range p.Parts {
			env.Console.Say("   %-9s %-18s %s", part.Name, part.Value, part.Origin)
		}
	}
	for _, p := range found {
		if p.Target == "" {
			env.Console.Say("not proposed: %s\n   %s", p.name(), p.Reason)
		}
	}
	if len(targets) > 0 {
		env.Console.Say("hectl.yml does not store the password: hectl reads it from PG_PASSWORD, PGPASSWORD or ~/.pgpass.")
	}
	return targets
}

// name returns a name for a database that is not proposed.
func (p proposal) name() string {
	if len(p.Parts) > 0 && p.Parts[0].Name == "database" {
		return p.Parts[0].Value + " in " + p.Origin
	}
	return p.Origin
}

// findAbove returns the nearest folder above the current one whose files name a database,
// or "". It does not leave the repository or the home folder.
func findAbove(env *command.Env, check func(config.Flags) error) string {
	home, _ := config.Environment(env.Environ).Lookup("HOME")
	for dir := env.Dir; dir != home && dir != filepath.Dir(dir); {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return ""
		}
		if dir = filepath.Dir(dir); dir != home && len(findProposals(env, dir, check)) > 0 {
			return dir
		}
	}
	return ""
}
