package attachments

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestDiskPath(t *testing.T) {
	for key, want := range map[string]string{
		"xtapjjcjiudrlk3tmwyjgpuobabd": "xt/ap/xtapjjcjiudrlk3tmwyjgpuobabd",
		"abcd":                         "ab/cd/abcd",
		"abc":                          "ab/c/abc",
		"ab":                           "ab/ab",
		"a":                            "a/a",
		"avatars/1/face.png":           "av/at/avatars/1/face.png",
		"a/bcd":                        "a/bc/a/bcd",
		"ab/cd":                        "ab/c/ab/cd", // "ab" and "/c"
		"äöüß.png":                     "äö/üß/äöüß.png",
		"/abc":                         "a/bc/abc",
		"ab//cd":                       "ab/ab/cd",
		"a...":                         "a...", // by way of "a./.."
		".htaccess":                    ".h/ta/.htaccess",
		"with space":                   "wi/th/with space",
		`back\slash`:                   `ba/ck/back\slash`,
	} {
		got, err := diskPath(key)
		if err != nil || got != filepath.FromSlash(want) {
			t.Errorf("diskPath(%q) = %q, %v; want %q", key, got, err, want)
		}
	}
}

func TestDiskPathRefuses(t *testing.T) {
	for _, key := range []string{
		"", " ", "\t\n", ".", "..", "../etc/passwd", "ab/../../../x", "ab/./x", "/..", "..abcd", "...", "..", "../",
		"/", "//", "///", "ab/", "zero\x00byte", "\xff\xfe..", strings.Repeat("x", 256), "ab/" + strings.Repeat("x", 256),
	} {
		if got, err := diskPath(key); err == nil {
			t.Errorf("diskPath(%q) = %q, and no error", key, got)
		}
	}
}

func FuzzDiskPath(f *testing.F) {
	for _, key := range []string{"abcd", "..ab", "a...", "../x", "/etc/passwd", "a/../..", ".hectl/x", ".h..ectl", "äöüß"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		got, err := diskPath(key)
		if err != nil {
			return
		}
		root := filepath.FromSlash("/srv/storage")
		if at := filepath.Join(root, got); !strings.HasPrefix(at, root+string(filepath.Separator)) || at == root {
			t.Errorf("diskPath(%q) = %q is not in the folder", key, got)
		}
		if first, _, _ := strings.Cut(filepath.ToSlash(got), "/"); first == asideName {
			t.Errorf("diskPath(%q) = %q is where partial files are", key, got)
		}
		if last := filepath.Base(got); last == "." || last == ".." {
			t.Errorf("diskPath(%q) = %q is no file", key, got)
		}
	})
}
