package s3test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Options configure a server. The zero value works.
type Options struct {
	// Bin is the versitygw program. Empty means bin/versitygw in the current
	// folder or one above it, then versitygw in PATH.
	Bin string

	// Dir is the folder for buckets and users. Empty means a temporary folder, which
	// Stop removes.
	Dir string

	// Versions lets buckets keep versions of their objects. Lockable buckets keep
	// versions only with this option.
	Versions bool
}

// Server is a running S3 server on a loopback port.
type Server struct {
	URL       string // http://127.0.0.1:PORT
	AccessKey string // key of the administrator, as is SecretKey
	SecretKey string
	Region    string

	bin    string
	dir    string
	ownDir bool
	keep   bool // lets buckets keep versions
	cancel context.CancelFunc
	client *s3.Client
	http   *http.Transport
	exited chan struct{} // closed when the process has exited
	stop   sync.Once
}

// errNoServer is returned by Start if versitygw is not built.
var errNoServer = errors.New("versitygw is not built: run \"make bin/versitygw\" or \"make test\"")

// Start runs a server until Stop is called or ctx is done.
func Start(ctx context.Context, o Options) (*Server, error) {
	bin, err := findServer(o.Bin)
	if err != nil {
		return nil, err
	}
	s := &Server{AccessKey: "hectltest", SecretKey: "hectltest-secret", Region: "us-east-1", bin: bin, dir: o.Dir, keep: o.Versions}
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "s3test-"); err != nil {
			return nil, fmt.Errorf("start versitygw: %w", err)
		}
		s.ownDir = true
	}
	// The port was free a moment ago, but another program may have taken it.
	for range 5 {
		if err = s.run(ctx); err == nil {
			s.client, s.http = s.newClient()
			return s, nil
		}
	}
	s.removeDir()
	return nil, fmt.Errorf("start versitygw: %w", err)
}

func findServer(bin string) (string, error) {
	if bin != "" {
		return bin, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		bin = filepath.Join(dir, "bin", "versitygw")
		if info, err := os.Stat(bin); err == nil && info.Mode().IsRegular() {
			return bin, nil
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if bin, err = exec.LookPath("versitygw"); err != nil {
		return "", errNoServer
	}
	return bin, nil
}

// run starts the process on a free port and waits until it answers.
func (s *Server) run(ctx context.Context) error {
	addr, err := freeAddr(ctx)
	if err != nil {
		return err
	}
	// The paths must be absolute: the server changes into the folder of the buckets.
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return err
	}
	users, buckets, versions := filepath.Join(dir, "users"), filepath.Join(dir, "buckets"), filepath.Join(dir, "versions")
	for _, d := range []string{users, buckets, versions} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	args := []string{"--port", addr, "--region", s.Region, "--iam-dir", users, "--keep-alive", "--quiet", "--health", "/health", "posix"}
	if s.keep {
		args = append(args, "--versioning-dir", versions)
	}
	cmd := exec.CommandContext(ctx, s.bin, append(args, buckets)...)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.AccessKey, "ROOT_SECRET_KEY="+s.SecretKey)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		cancel()
		return err
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait() // an error is certain: the process is always killed
	}()
	s.URL, s.cancel, s.exited = "http://"+addr, cancel, exited
	if err := s.healthy(ctx); err != nil {
		s.kill()
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(output.String()))
	}
	return nil
}

func freeAddr(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// healthy waits for the first answer.
func (s *Server) healthy(ctx context.Context) error {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/health", http.NoBody)
		if err != nil {
			return err
		}
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close() // only the status counts
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.exited:
			return errors.New("it has exited")
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline.C:
			return errors.New("it does not answer")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// kill kills the process and waits for it. The server needs no orderly shutdown.
func (s *Server) kill() {
	s.cancel()
	<-s.exited
}

// Path returns the server's file of an object, for tests that damage it.
func (s *Server) Path(bucket, key string) string {
	return filepath.Join(s.dir, "buckets", bucket, filepath.FromSlash(key))
}

// Stop stops the server and removes its data, unless Options.Dir is set. It can be
// called twice.
func (s *Server) Stop() {
	s.stop.Do(func() {
		s.http.CloseIdleConnections()
		s.kill()
		s.removeDir()
	})
}

func (s *Server) removeDir() {
	if s.ownDir {
		_ = os.RemoveAll(s.dir) // a temporary folder
	}
}

// Env returns variables that make an AWS client in a child process use the server as
// its administrator, and ignore the user's own settings.
func (s *Server) Env() []string { return s.EnvAs(s.AccessKey, s.SecretKey) }

// EnvAs returns Env for another user.
func (s *Server) EnvAs(access, secret string) []string {
	return []string{
		"AWS_ACCESS_KEY_ID=" + access,
		"AWS_SECRET_ACCESS_KEY=" + secret,
		"AWS_SESSION_TOKEN=",
		"AWS_PROFILE=",
		"AWS_REGION=" + s.Region,
		"AWS_DEFAULT_REGION=",
		"AWS_ENDPOINT_URL=",
		"AWS_ENDPOINT_URL_S3=" + s.URL,
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// CloseIdle closes the idle connections of the Server's own methods, for tests that
// count goroutines.
func (s *Server) CloseIdle() { s.http.CloseIdleConnections() }
