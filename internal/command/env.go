package command

import (
	"context"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
)

// Env is the world in which a command runs.
type Env struct {
	Console *console.Console
	Stdin   io.Reader
	Stdout  io.Writer
	Dir     string   // current folder
	Version string   // of hectl
	Environ []string // in the form of os.Environ

	// Completing is set while the tab key is answered, when nothing is said.
	Completing bool

	plainHTTP sync.Once // warns about an endpoint without TLS
	// approve asks the user whether hectl.yml may do what needs approval; nil where
	// there is nobody to ask.
	approve    approver
	promised   *promised // nil: nobody is to be told of the run
	completers map[string]Completer
}

// Settings loads hectl.yml and the environment, once a command needs them: a
// broken file must not keep "hectl version" from answering.
func (e *Env) Settings() (*config.Sources, error) {
	settings, err := config.Load(e.Dir, e.Environ)
	if err != nil {
		return settings, err
	}
	settings.SetDatabaseParser(func(text string) (map[string]string, error) { return pgtools.ParseParams(text) })
	// Rules that cannot be read name nothing, and are an error where they are used.
	if rules, err := mask.Parse(settings.Mask()); err == nil {
		settings.SetSQL(rules.After)
		settings.SetSeed(rules.SeedFile)
	}
	if e.approve != nil {
		settings.OnUnapproved(e.approve)
	}
	return settings, nil
}

// PGBin returns the folder of the client tools, "" when they are to be found.
func PGBin(settings *config.Sources, flags config.Flags) (string, error) {
	bin := settings.PGBin(flags)
	return bin.Text, settings.ConfirmPrograms(bin)
}

// Open opens the bucket that the settings name, with credentials that were
// found to exist. Nothing is asked of the bucket yet.
func (e *Env) Open(ctx context.Context, b config.Bucket) (*s3store.Store, error) {
	if host, plain := plainHTTP(b.EndpointURL); plain && !e.Completing {
		e.plainHTTP.Do(func() {
			e.Console.Warn("the endpoint http://%s is not encrypted: others on the network can read dumps (use https://)", host)
		})
	}
	store, err := s3store.Open(ctx, s3store.Config{
		Bucket:      b.Name,
		Region:      b.Region,
		EndpointURL: b.EndpointURL,
		PathStyle:   b.PathStyle,
		Profile:     b.Profile,
		Keys: s3store.Keys{
			AccessKeyID: b.Keys.AccessKeyID, SecretAccessKey: b.Keys.SecretAccessKey, SessionToken: b.Keys.SessionToken, Origin: b.Keys.Origin,
		},
		Log: e.Console.Detail,
	})
	if err != nil {
		return nil, err
	}
	if err := store.CheckCredentials(ctx); err != nil {
		return nil, err
	}
	return store, nil
}

// plainHTTP returns the host of an endpoint that is reached without TLS over the
// network.
func plainHTTP(endpoint string) (host string, plain bool) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" {
		return "", false
	}
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(name); err == nil && ip.Unmap().IsLoopback() || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return "", false
	}
	return u.Host, true
}

// Resolve turns a database of the settings into a connection, which knows where each
// of its parts comes from.
func Resolve(d config.Database, settings *config.Sources) (pgtools.Conn, error) {
	said, err := saidIn(d)
	if err != nil {
		return pgtools.Conn{}, err
	}
	if err := settings.ConfirmDatabase(d, said); err != nil {
		return pgtools.Conn{}, err
	}
	conn, err := pgtools.Params(d.Params(said)).Resolve(environ(d, said, settings))
	if err != nil {
		return conn, err
	}
	return conn.WithOrigins(func(keyword, known string) string {
		if origin := d.OriginOf(said, keyword); origin != "" {
			return origin
		}
		if v, ok := d.Variable(said, known); ok {
			return v.Origin
		}
		return known
	}, d.PasswordName(said)), nil
}

// environ is the environment in which a database's connection is resolved: libpq's
// variables may also be those of a .env file.
func environ(d config.Database, said map[string]string, settings *config.Sources) pgtools.Environ {
	return func(name string) (string, bool) {
		if v, ok := d.Variable(said, name); ok {
			return v.Text, true
		}
		return settings.Lookup(name)
	}
}

// Origins names what says which database Resolve finds, libpq's own variables
// included. What cannot be parsed has one origin.
func Origins(d config.Database, settings *config.Sources) []string {
	said, err := saidIn(d)
	if err != nil {
		return []string{d.Origin}
	}
	origins, known := d.Origins(said), pgtools.Params(d.Params(said))
	for _, name := range known.Variables(environ(d, said, settings)) {
		if v, ok := d.Variable(said, name); ok {
			name = v.Origin
		}
		if !slices.Contains(origins, name) {
			origins = append(origins, name)
		}
	}
	return origins
}

// saidIn returns the libpq keywords of a database's text.
func saidIn(d config.Database) (pgtools.Params, error) {
	if d.Text == "" {
		return pgtools.Params{}, nil
	}
	return pgtools.ParseParams(d.Text)
}

// Given returns the flags that were given on the command line, by their full
// names.
func Given(c *cli.Context) config.Flags {
	given := config.Flags{}
	for _, flag := range c.Command.Flags {
		if name := flag.Names()[0]; c.IsSet(name) {
			if v, ok := c.Value(name).(string); ok {
				given[name] = v
			}
		}
	}
	return given
}

// NoArgs refuses arguments where a command takes none.
func NoArgs(c *cli.Context) error {
	if c.Args().Present() {
		name := FullName(c.Command)
		hint := `see "hectl ` + name + ` --help"`
		if c.IsSet("notify") {
			hint = "--notify takes one URL, and may be given several times"
		}
		return fault.New(fault.Usage, hint, "%s takes no arguments, but was given %s", name, fault.Quote(c.Args().First()))
	}
	return nil
}
