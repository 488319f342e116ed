package pgtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Bin returns the folder of the programs of the server that Start starts, unless
// Options name another.
func Bin() (string, error) { return serverBin("") }

// serverBin returns the folder of postgres and initdb.
func serverBin(bin string) (string, error) {
	dirs := []string{bin}
	if bin == "" {
		dirs = filepath.SplitList(os.Getenv("PATH"))
		for _, pattern := range []string{
			"/usr/lib/postgresql/*/bin",
			"/usr/pgsql-*/bin",
			"/usr/libexec/postgresql*",
			"/opt/homebrew/opt/postgresql@*/bin",
			"/usr/local/opt/postgresql@*/bin",
			"/Applications/Postgres.app/Contents/Versions/*/bin",
		} {
			matches, _ := filepath.Glob(pattern) // the patterns are well-formed
			slices.SortFunc(matches, newestFirst)
			dirs = append(dirs, matches...)
		}
	}
	for _, dir := range dirs {
		if executable(filepath.Join(dir, "postgres")) && executable(filepath.Join(dir, "initdb")) {
			// A folder in PATH may have links to only some of the programs.
			program, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
			return filepath.Dir(program), err
		}
	}
	if bin != "" {
		return "", fmt.Errorf("pgtest: no PostgreSQL server (postgres, initdb) in %s", bin)
	}
	return "", errors.New("pgtest: no PostgreSQL server (postgres, initdb) is installed: run \"make test\", which installs one or explains how")
}

// newestFirst compares paths by the version number in them.
func newestFirst(a, b string) int { return version(b) - version(a) }

func version(path string) int {
	digits := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(digits[0]) // digits only
	return n
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}

// initdb creates a data folder.
func (a account) initdb(ctx context.Context, bin, data, password string) error {
	args := []string{
		"--pgdata=" + data, "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
		"--auth-local=trust", "--auth-host=trust", "--no-sync",
	}
	if password != "" {
		file := data + ".password"
		if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
			return err
		}
		defer func() { _ = os.Remove(file) }()
		if err := a.own(file); err != nil {
			return err
		}
		args = append(args, "--auth-host=scram-sha-256", "--pwfile="+file)
	}
	err := a.runInitdb(ctx, bin, args)
	if err != nil && strings.Contains(err.Error(), "invalid locale name") {
		return a.runInitdb(ctx, bin, append(args, "--no-locale"))
	}
	return err
}

// debianHBA is the pg_hba.conf of Debian's and Ubuntu's packages.
const debianHBA = `local all postgres peer
local all all peer
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
local replication all peer
host replication all 127.0.0.1/32 scram-sha-256
host replication all ::1/128 scram-sha-256
`

func (a account) writeDebianHBA(data string) error {
	file := filepath.Join(data, "pg_hba.conf")
	if err := os.WriteFile(file, []byte(debianHBA), 0o600); err != nil {
		return err
	}
	return a.own(file)
}

func (a account) runInitdb(ctx context.Context, bin string, args []string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...)
	cmd.Env = serverEnviron("/tmp")
	cmd.Dir = "/tmp"
	cmd.SysProcAttr = a.attributes() // not dieWithParent: this thread may end before initdb does
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w:\n%s", err, out)
	}
	return nil
}

// settings returns the server's settings: fast, not durable.
func settings(socket string, port int, extra map[string]string) map[string]string {
	s := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"port":                    strconv.Itoa(port),
		"unix_socket_directories": socket,
		"fsync":                   "off",
		"synchronous_commit":      "off",
		"full_page_writes":        "off",
		"max_wal_size":            "4GB",
		"log_line_prefix":         "%m [%p] %u@%d %a: ",
	}
	maps.Copy(s, extra)
	return s
}

// serverEnviron returns the environment of the server, without the caller's variables
// that could change it.
func serverEnviron(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C", "TZ=UTC"}
}

// freePort returns a TCP port that is free now.
func freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // a TCP listener's
	return port, l.Close()
}
