//go:build image && majors

package main

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

// imageSuites pairs each PostgreSQL major with the Debian suite that has it. The image
// itself has the packages of the PostgreSQL project.
var imageSuites = []string{"15:bookworm", "17:trixie", "18:sid", "19:experimental"}

var imageMajors = []int{15, 17, 18, 19}

// imageRoot makes the image's root file system with the script that the Dockerfile runs,
// and puts hectl in it.
func imageRoot(t *testing.T, arch string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), arch)
	cmd := exec.CommandContext(t.Context(), "packaging/image/root", append([]string{arch, root}, imageSuites...)...)
	cmd.Env = append(os.Environ(), "IMAGE_CACHE="+os.Getenv("HECTL_IMAGE_CACHE"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(root, "usr", "bin", "hectl"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Chmod(filepath.Dir(root), 0o755); err != nil { // the image's user must be able to enter it
		t.Fatal(err)
	}
	return root
}

// On both architectures, every program has its loader, its libraries and their versions
// of each symbol in the image, and nothing except hectl, pg_dump and pg_restore can be
// run. TestImageRuns runs only the image of this machine's architecture.
func TestImageIsComplete(t *testing.T) {
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		t.Run(arch, func(t *testing.T) {
			root := imageRoot(t, arch)
			var programs []string
			var size int64
			libraries := map[string]bool{}
			needed := map[string][]string{}
			defined := map[string]map[string]bool{} // versions, by library
			var imported []elf.ImportedSymbol
			err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
				if err != nil || entry.IsDir() {
					return err
				}
				info, err := entry.Info()
				if err != nil {
					return err
				}
				if info.Mode()&(fs.ModeSetuid|fs.ModeSetgid) != 0 {
					t.Errorf("%s: mode %v", path, info.Mode())
				}
				size += info.Size()
				name := strings.TrimPrefix(path, root)
				file, err := elf.Open(path)
				if err != nil {
					if info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
						t.Errorf("%s can be run", name)
					}
					return nil
				}
				defer file.Close()
				if file.Machine != machine {
					t.Errorf("%s is for %v", name, file.Machine)
				}
				if strings.Contains(filepath.Base(path), ".so") {
					libraries[filepath.Base(path)] = true
					versions, err := file.DynamicVersions()
					if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
						return fmt.Errorf("%s: %w", name, err)
					}
					defined[filepath.Base(path)] = map[string]bool{}
					for _, v := range versions {
						defined[filepath.Base(path)][v.Name] = true
					}
				} else {
					programs = append(programs, name)
				}
				for _, p := range file.Progs {
					if p.Type != elf.PT_INTERP {
						continue
					}
					loader := make([]byte, p.Filesz-1)
					if _, err := p.ReadAt(loader, 0); err != nil {
						return err
					}
					target, err := os.Readlink(filepath.Join(root, "usr", string(loader)))
					if err == nil {
						_, err = os.Stat(filepath.Join(root, target))
					} else {
						_, err = os.Stat(filepath.Join(root, "usr", string(loader)))
					}
					if err != nil {
						t.Errorf("%s: loader %s: %v", name, loader, err)
					}
				}
				symbols, err := file.ImportedSymbols()
				if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
					return fmt.Errorf("%s: %w", name, err)
				}
				imported = append(imported, symbols...)
				all, err := file.ImportedLibraries()
				needed[name] = all
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for name, all := range needed {
				for _, library := range all {
					if !libraries[library] {
						t.Errorf("%s needs %s", name, library)
					}
				}
			}
			versioned := 0
			for _, symbol := range imported {
				if symbol.Library == "" {
					continue
				}
				versioned++
				if !defined[symbol.Library][symbol.Version] {
					t.Errorf("%s has no version %s, which %s needs", symbol.Library, symbol.Version, symbol.Name)
				}
			}
			if versioned < 100 {
				t.Errorf("only %d symbols have a version", versioned)
			}
			want := []string{"/usr/bin/hectl"}
			for _, major := range imageMajors {
				for _, program := range []string{"pg_dump", "pg_restore"} {
					want = append(want, fmt.Sprintf("/usr/lib/postgresql/%d/bin/%s", major, program))
				}
			}
			if diff := cmp.Diff(want, programs); diff != "" {
				t.Error(diff)
			}
			if len(libraries) < 10 {
				t.Errorf("only %d libraries", len(libraries))
			}
			t.Logf("%s: %.1f MB (%.1f MB compressed) with PostgreSQL %v", arch, float64(size)/1e6, float64(compressedSize(t, root))/1e6, imageMajors)
			t.Logf("%s: checked the machine, loader and libraries of %d programs and %d libraries, and %d versions of symbols", arch, len(programs), len(libraries), versioned)
			if arch == runtime.GOARCH {
				t.Logf("%s: TestImageRuns runs it", arch)
			} else {
				t.Logf("%s: no program was run, this machine is %s", arch, runtime.GOARCH)
			}
			if size > 60e6 {
				t.Errorf("the image has %d bytes", size)
			}
		})
	}
}

// compressedSize returns the size of the image as a registry stores it.
func compressedSize(t *testing.T, root string) int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "tar", "-C", root, "-cz", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	return len(out)
}

// inImage returns a command that runs hectl as Kubernetes would: as process 1, as the
// image's user, in a root that cannot be written, with an empty /tmp.
func inImage(ctx context.Context, root string, env []string, args ...string) *exec.Cmd {
	const script = `
		root=$1
		shift
		mount --bind "$root" "$root"
		mount -o remount,ro,bind "$root"
		mount -t proc proc "$root/proc"
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
		mount -t tmpfs tmpfs "$root/dev"
		for device in null urandom; do
			: >"$root/dev/$device"
			mount --bind "/dev/$device" "$root/dev/$device"
		done
		cd "$root/home/hectl"
		exec chroot --userspec=65532:65532 "$root" /usr/bin/hectl "$@"`
	cmd := exec.CommandContext(ctx, "unshare", append([]string{"--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", script, "sh", root}, args...)...)
	cmd.Env = append([]string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/home/hectl"}, env...)
	return cmd
}

// In the image, hectl backs up and fetches from servers of every major with the pg_dump
// of that major, and doctor finds no problem.
func TestImageRuns(t *testing.T) {
	root := mountable(t, imageRoot(t, runtime.GOARCH))
	s3 := s3test.New(t)
	for _, major := range imageMajors {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			c := pgtest.New(t, pgtest.Options{Bin: pgtest.MajorBin(major)})
			if err := c.CreateDatabase(t.Context(), "prod"); err != nil {
				t.Fatal(err)
			}
			psql(t, c, "prod", "CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 1000) i")
			bucket := "image-" + strconv.Itoa(major)
			if err := s3.CreateBucket(t.Context(), bucket); err != nil {
				t.Fatal(err)
			}
			env := append(s3.Env(), "HECTL_BUCKET=s3://"+bucket, "HECTL_SOURCE="+c.URI("prod"), "HECTL_TARGET="+c.URI("dev"))
			hectl := func(args ...string) string {
				t.Helper()
				var out bytes.Buffer
				cmd := inImage(t.Context(), root, env, args...)
				cmd.Stdout, cmd.Stderr = &out, &out
				err := cmd.Run()
				if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 3 || args[0] != "doctor") {
					t.Fatalf("hectl %s: %v\n%s", strings.Join(args, " "), err, &out)
				}
				return out.String()
			}
			backup := hectl("backup", "--verbose")
			if want := fmt.Sprintf("/usr/lib/postgresql/%d/bin/pg_dump", major); !strings.Contains(backup, want) {
				t.Errorf("backup does not mention %s:\n%s", want, backup)
			}
			hectl("fetch-latest-db")
			if diff := cmp.Diff(checksums(t, c, "prod"), checksums(t, c, "dev")); diff != "" {
				t.Error(diff)
			}
			doctor := hectl("doctor")
			for _, each := range imageMajors {
				if !strings.Contains(doctor, fmt.Sprintf(" %d.", each)) && !strings.Contains(doctor, fmt.Sprintf(" %drc", each)) {
					t.Errorf("doctor does not mention pg_dump %d:\n%s", each, doctor)
				}
			}
			_, line, _ := strings.Cut(backup, "backed up ")
			line, _, _ = strings.Cut(line, "\n")
			t.Logf("PostgreSQL %d: backed up %s; fetched, and checked by doctor", major, line)
		})
	}
	t.Run("stop", func(t *testing.T) { stopInImage(t, root, s3) })
	nothingIsLeft(t, root)
}

// nothingIsLeft checks that no process runs in the root and nothing is mounted there.
func nothingIsLeft(t *testing.T, root string) {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, root) {
			t.Errorf("still mounted: %s", line)
		}
	}
	roots, err := filepath.Glob("/proc/[0-9]*/root")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range roots {
		if of, err := os.Readlink(link); err == nil && strings.HasPrefix(of, root) {
			t.Errorf("%s still runs in the image", link)
		}
	}
	for _, dir := range []string{"dev", "proc", "tmp", "home/hectl"} {
		if entries, err := os.ReadDir(filepath.Join(root, dir)); err != nil || len(entries) > 0 {
			t.Errorf("/%s has %v, %v", dir, entries, err)
		}
	}
}

// stopInImage sends SIGTERM to a backup that is process 1, as "docker stop" and Kubernetes
// do. The backup must exit 130, and leave no dump and no upload.
func stopInImage(t *testing.T, root string, s3 *s3test.Server) {
	t.Helper()
	c := pgtest.New(t)
	if err := c.CreateDatabase(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	psql(t, c, "prod", "CREATE TABLE items AS SELECT i, 'item ' || i AS name FROM generate_series(1, 1000) i")
	if err := s3.CreateBucket(t.Context(), "image-stop"); err != nil {
		t.Fatal(err)
	}
	env := append(s3.Env(), "HECTL_BUCKET=s3://image-stop", "HECTL_SOURCE="+c.URI("prod"))
	// A lock on the table keeps pg_dump waiting.
	locked := exec.CommandContext(t.Context(), filepath.Join(c.Bin(), "psql"), "-XAtqc", "BEGIN; LOCK TABLE items; SELECT 'locked', pg_sleep(600)", c.URI("prod"))
	if err := locked.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locked.Process.Kill(); _ = locked.Wait() }()
	var out bytes.Buffer
	cmd := inImage(t.Context(), root, env, "backup", "--lock-wait-timeout", "10m")
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var inside int
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			t.Fatalf("no pg_dump waits for the lock\n%s", &out)
		}
		waiting := c.Run(t, nil, "psql", "-XAtqc", "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'hectl%'", c.URI("postgres"))
		if strings.TrimSpace(string(waiting)) != "0" {
			break
		}
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", cmd.Process.Pid, cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if inside, err = strconv.Atoi(strings.TrimSpace(string(children))); err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", inside))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Name:\thectl\n", "Uid:\t65532\t65532\t65532\t65532\n", "Gid:\t65532\t65532\t65532\t65532\n", "\t1\n", "CapEff:\t0000000000000000\n"} {
		if !strings.Contains(string(status), want) {
			t.Errorf("%q is not in\n%s", want, status)
		}
	}
	if err := syscall.Kill(inside, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 130 {
		t.Errorf("%v\n%s", err, &out)
	}
	objects, err := s3.Objects(t.Context(), "image-stop")
	if err != nil || len(objects) > 0 {
		t.Error(objects, err)
	}
	uploads, err := s3.Uploads(t.Context(), "image-stop")
	if err != nil || len(uploads) > 0 {
		t.Error(uploads, err)
	}
}

// mountable adds the folders that a container runtime makes.
func mountable(t *testing.T, root string) string {
	t.Helper()
	for _, dir := range []string{"proc", "dev"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for dir := filepath.Dir(root); len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
