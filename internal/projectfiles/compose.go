package projectfiles

import (
	"cmp"
	"net/netip"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
)

// service is a Postgres server that Compose runs. Host is its host as seen from this
// machine, "" if its port is not published.
type service struct {
	Database
	name    string
	aliases []string // other names of the container in the network
}

func (p Project) composeServices() []service {
	var all []service
	for _, files := range p.composeFiles() {
		f := composeFile{project: p, dir: path.Dir(files[0])}
		f.variables = p.variables(f.dir, ".env")
		for _, file := range files {
			f.add(file)
		}
		all = append(all, f.servers()...)
	}
	return all
}

// composeFiles returns the Compose files, grouped as Compose merges them: the first file
// that Compose finds in a folder with its override, and the files of a devcontainer.
func (p Project) composeFiles() [][]string {
	var all [][]string
	for _, dir := range []string{".", ".devcontainer"} {
		for _, name := range []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"} {
			if _, ok := p.read(path.Join(dir, name)); !ok {
				continue
			}
			files := []string{path.Join(dir, name)}
			base := strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), ".yml")
			for _, ending := range []string{".yml", ".yaml"} {
				if _, ok := p.read(path.Join(dir, base+".override"+ending)); ok {
					files = append(files, path.Join(dir, base+".override"+ending))
				}
			}
			all = append(all, files)
			break
		}
	}
	for _, files := range p.devcontainers() {
		if !slices.ContainsFunc(all, func(known []string) bool { return slices.Contains(known, files[0]) }) {
			all = append(all, files)
		}
	}
	return all
}

// devcontainers returns the Compose files of each devcontainer.json.
func (p Project) devcontainers() [][]string {
	var all [][]string
	for _, file := range p.glob(".devcontainer/devcontainer.json", ".devcontainer.json", ".devcontainer/*/devcontainer.json") {
		source, ok := p.read(file)
		if !ok {
			continue
		}
		tokens := lex(source, 1, slashes())
		var files []string
		for i, t := range tokens {
			if t.kind != text || t.text != "dockerComposeFile" || i+2 >= len(tokens) || tokens[i+1].text != ":" {
				continue
			}
			for _, t := range tokens[i+2:] {
				if t.kind == text {
					name := path.Join(path.Dir(filepath.ToSlash(file)), t.text)
					if filepath.IsLocal(name) {
						files = append(files, name)
					}
				}
				if t.kind == text && tokens[i+2].kind == text || t.text == "]" {
					break
				}
			}
		}
		if len(files) > 0 {
			all = append(all, files)
		}
	}
	return all
}

// composeFile is the merged content of a group of Compose files.
type composeFile struct {
	project   Project
	dir       string // folder of the first file, which has the .env file
	variables map[string]config.Value
	services  []*composeService
}

// composeService is a service as the files describe it.
type composeService struct {
	name, origin string
	image        string
	network      string
	aliases      []string
	environment  map[string]Part
	ports        []port
}

// port is a container's port and its published port on this machine.
type port struct {
	host, published, target string
	origin                  string
}

// add merges a file into f.
func (f *composeFile) add(file string) {
	source, ok := f.project.read(file)
	if !ok {
		return
	}
	root, err := parseYAML(source)
	if err != nil {
		return
	}
	services := root.get("services")
	if services == nil {
		return
	}
	const most = 100 // services of a project
	for _, name := range services.keys[:min(len(services.keys), most)] {
		n := services.values[name]
		i := slices.IndexFunc(f.services, func(s *composeService) bool { return s.name == name })
		if i < 0 {
			i = len(f.services)
			f.services = append(f.services, &composeService{name: name, origin: file + " (service " + name + ")", environment: map[string]Part{}})
		}
		s := f.services[i]
		s.image = cmp.Or(f.interpolate(n.get("image").text()).Text, s.image)
		s.network = cmp.Or(n.get("network_mode").text(), s.network)
		s.aliases = append(s.aliases, n.get("container_name").text(), n.get("hostname").text())
		f.environment(s, n, file)
		if ports := n.get("ports"); ports != nil {
			for _, p := range ports.list {
				s.ports = append(s.ports, f.port(p, file))
			}
		}
	}
}

// environment sets the variables that the image reads to create its database: those of
// env_file, then those of environment, which override them.
func (f *composeFile) environment(s *composeService, n *node, file string) {
	if envFile := n.get("env_file"); envFile != nil {
		for _, one := range append([]*node{envFile}, envFile.list...) {
			name := path.Join(f.dir, cmp.Or(one.get("path").text(), one.text()))
			if name == f.dir || !filepath.IsLocal(name) {
				continue
			}
			for key, v := range f.project.variables(path.Dir(name), path.Base(name)) {
				s.environment[key] = Part{Value: v}
			}
		}
	}
	environment := n.get("environment")
	if environment == nil {
		return
	}
	set := func(key, text string, line int) {
		if !strings.HasPrefix(key, "POSTGRES") {
			return
		}
		v := f.interpolate(text)
		if v.Origin == "" {
			v.Origin = at(file, line)
		}
		s.environment[key] = v
	}
	for _, key := range environment.keys {
		set(key, environment.values[key].text(), environment.values[key].line)
	}
	for _, one := range environment.list {
		if key, text, ok := strings.Cut(one.text(), "="); ok {
			set(key, text, one.line)
		} else if v, ok := f.variables[key]; ok {
			s.environment[key] = Part{v, key}
		}
	}
}

// port parses a port in the short syntax, [[IP:]PORT:]PORT[/PROTOCOL], or the long syntax.
func (f *composeFile) port(n *node, file string) port {
	if n.values != nil {
		line := n.line
		if target := n.get("target"); target != nil {
			line = target.line
		}
		return port{
			host: f.interpolate(n.get("host_ip").text()).Text, published: f.interpolate(n.get("published").text()).Text,
			target: n.get("target").text(), origin: at(file, line),
		}
	}
	whole := f.interpolate(n.text())
	text, _, _ := strings.Cut(whole.Text, "/")
	p := port{origin: at(file, n.line), target: text}
	if i := strings.LastIndex(text, ":"); i >= 0 {
		p.target, text = text[i+1:], text[:i]
		p.published = text
		if i := strings.LastIndex(text, ":"); i >= 0 {
			p.host, p.published = strings.Trim(text[:i], "[]"), text[i+1:]
		}
	}
	if whole.Variable != "" {
		p.origin += " (" + whole.Variable + ")"
	}
	return p
}

// servers returns the services that run Postgres.
func (f *composeFile) servers() []service {
	var all []service
	for _, s := range f.services {
		i := slices.IndexFunc(s.ports, func(p port) bool { return p.target == "5432" })
		if !isServer(s.image) && (i < 0 || s.image != "") {
			continue
		}
		d := Database{Origin: s.origin}
		d.User = cmp.Or(s.first("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER"),
			Part{Value: config.Value{Text: "postgres", Origin: s.origin + ", the image's default"}})
		d.Name = cmp.Or(s.first("POSTGRES_DB", "POSTGRESQL_DATABASE", "POSTGRESQL_DB"), d.User) // as the image does
		switch {
		case s.network == "host":
			d.Host = Part{Value: config.Value{Text: "localhost", Origin: s.origin + ", network_mode"}}
		case i < 0:
			d.Reason = "its container publishes no port"
		case !isPort(s.ports[i].published):
			d.Reason = "its container publishes a random port"
		default:
			d.Host = Part{Value: config.Value{Text: hostOf(s.ports[i].host), Origin: s.ports[i].origin}}
			d.Port = Part{Value: config.Value{Text: s.ports[i].published, Origin: s.ports[i].origin}}
		}
		all = append(all, service{Database: d, name: s.name, aliases: slices.DeleteFunc(s.aliases, func(a string) bool { return a == "" })})
	}
	return all
}

func (s *composeService) first(names ...string) Part {
	for _, name := range names {
		if v := s.environment[name]; v.Text != "" {
			return v
		}
	}
	return Part{}
}

func isPort(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// hostOf returns the host on which this machine reaches a port that is published on an
// address.
func hostOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if address == "" || err == nil && (ip.IsUnspecified() || ip == netip.MustParseAddr("127.0.0.1") || ip == netip.IPv6Loopback()) {
		return "localhost"
	}
	return address
}

var serverImages = regexp.MustCompile(`^(postgres|postgresql|postgis|pgvector|timescaledb|timescaledb-ha|citus|pgrouting|paradedb)$`)

// isServer reports whether an image is a well-known image of Postgres.
func isServer(image string) bool {
	image, _, _ = strings.Cut(image, "@")
	name := path.Base(image)
	name, _, _ = strings.Cut(name, ":")
	return serverImages.MatchString(name)
}

var reference = regexp.MustCompile(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(:?[-?+])?([^${}]*)\}|([A-Za-z_][A-Za-z0-9_]*))`)

// interpolate replaces references such as ${NAME:-default} as Compose does, innermost
// first, because a default can contain references.
func (f *composeFile) interpolate(text string) Part {
	const dollar = "\x00"
	if len(text) > maxText {
		return Part{}
	}
	out := Part{Value: config.Value{Text: strings.ReplaceAll(text, "$$", dollar)}}
	for range maxDepth {
		before := out.Text
		out.Text = reference.ReplaceAllStringFunc(before, func(match string) string {
			m := reference.FindStringSubmatch(match)
			name := m[1] + m[4]
			v, ok := f.variables[name]
			out.Variable = cmp.Or(out.Variable, name)
			set := ok && (v.Text != "" || !strings.HasPrefix(m[2], ":"))
			switch operator := strings.TrimPrefix(m[2], ":"); {
			case operator == "+" && set, operator == "-" && !set:
				return m[3]
			case operator != "+" && set:
				if match == before {
					out.Origin = v.Origin
				}
				return strings.ReplaceAll(v.Text, "$", dollar)
			}
			return ""
		})
		if out.Text == before {
			break
		}
		if len(out.Text) > maxText {
			return Part{Variable: out.Variable}
		}
	}
	out.Text = strings.ReplaceAll(out.Text, dollar, "$")
	return out
}
