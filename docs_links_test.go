package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// markdownPages returns the text of every Markdown page in the repository, by its path.
func markdownPages(t *testing.T) map[string]string {
	t.Helper()
	return filesOf(t, ".md")
}

// filesOf returns the text of every file whose name ends in suffix, by its path.
func filesOf(t *testing.T, suffix string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (path == "bin" || path == "dist" || path != "." && strings.HasPrefix(entry.Name(), ".")):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, suffix):
			return nil
		}
		text, err := os.ReadFile(path)
		files[filepath.ToSlash(path)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var (
	fencedBlock = regexp.MustCompile("(?ms)^ *```.*?\n *```")
	codeSpan    = regexp.MustCompile("`[^`\n]*`")
	link        = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading     = regexp.MustCompile(`(?m)^#+ (.*)$`)
	pageInText  = regexp.MustCompile(`\bdocs/[\w./-]+\.(?:md|svg)(?:#[\w-]+)?`)
)

// anchors returns the anchors that GitHub gives to the headings of a page.
func anchors(markdown string) map[string]bool {
	found := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(fencedBlock.ReplaceAllString(markdown, ""), -1) {
		var b strings.Builder
		for _, r := range strings.ToLower(link.ReplaceAllString(h[1], "]")) {
			switch {
			case r == ' ':
				b.WriteByte('-')
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				b.WriteRune(r)
			}
		}
		anchor := b.String()
		for i := 1; found[anchor]; i++ {
			anchor = b.String() + "-" + strconv.Itoa(i)
		}
		found[anchor] = true
	}
	return found
}

// Every relative link in a page leads to a file that exists, and its anchor to a heading.
func TestLinksOfThePages(t *testing.T) {
	pages := markdownPages(t)
	links := 0
	for path, text := range pages {
		text = codeSpan.ReplaceAllString(fencedBlock.ReplaceAllString(text, ""), "")
		for _, l := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(l[1], "://") || strings.HasPrefix(l[1], "mailto:") {
				continue
			}
			links++
			checkLink(t, pages, path, filepath.Dir(path), l[1])
		}
	}
	if links < 50 {
		t.Errorf("the pages have %d links", links)
	}
}

// checkLink reports a broken link of a page. target is relative to dir.
func checkLink(t *testing.T, pages map[string]string, page, dir, target string) {
	t.Helper()
	file, anchor, hasAnchor := strings.Cut(target, "#")
	to := page
	if file != "" {
		to = filepath.ToSlash(filepath.Join(dir, file))
	}
	if _, err := os.Stat(to); err != nil {
		t.Errorf("%s: %s leads nowhere: %v", page, target, err)
		return
	}
	if hasAnchor && !anchors(pages[to])[anchor] {
		t.Errorf("%s: %s has no heading for #%s", page, to, anchor)
	}
}

// Every page that code, a script or a message names exists.
func TestPagesThatCodeNames(t *testing.T) {
	pages := markdownPages(t)
	named := 0
	for _, suffix := range []string{".go", ".yml", ".txtar", ".rb", ".rake", "Makefile"} {
		for path, text := range filesOf(t, suffix) {
			for _, name := range pageInText.FindAllString(text, -1) {
				if strings.HasSuffix(name, "infrastructure.md") { // a page of Human Essentials
					continue
				}
				named++
				checkLink(t, pages, path, ".", name)
			}
		}
	}
	if named < 5 {
		t.Errorf("code names %d pages", named)
	}
}

// The index names every page of docs/.
func TestIndexOfTheDocs(t *testing.T) {
	for path := range markdownPages(t) {
		name, isDoc := strings.CutPrefix(path, "docs/")
		if isDoc && name != "README.md" && !strings.Contains(page(t, "docs/README.md"), "]("+name+")") {
			t.Errorf("docs/README.md does not name %s", name)
		}
	}
}

// documented.txtar runs the command lines of every page that has any.
func TestEveryPageIsRun(t *testing.T) {
	script := page(t, "testdata/script/commandline/documented.txtar")
	for path, text := range markdownPages(t) {
		if (path == "README.md" || strings.HasPrefix(path, "docs/")) && len(commandLines(text)) > 0 && !strings.Contains(script, "$ROOT/"+path) {
			t.Errorf("documented.txtar does not run %s", path)
		}
	}
}
