package attachments

import (
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxName is how long a file's or folder's name may be, in bytes, on the file
// systems that matter.
const maxName = 255

// DiskPath returns where the Disk service of Rails keeps the blob with this key,
// relative to its root: in two folders named after the first four characters,
// under the whole key. What is missing of the four leaves a folder out, and
// slashes make more of them. Keys that Rails refuses, or that are no names of
// files, are errors that complete "the key …".
//
// The rule, with that against path traversal, is path_for and folder_for of
// https://github.com/rails/rails/blob/main/activestorage/lib/active_storage/service/disk_service.rb
func DiskPath(key string) (string, error) {
	switch {
	case strings.TrimSpace(key) == "":
		return "", errors.New("is blank")
	case strings.ContainsRune(key, 0):
		return "", errors.New("holds a zero byte")
	case !utf8.ValidString(key):
		return "", errors.New("is not UTF-8")
	}
	segments := strings.Split(key, "/")
	if slices.Contains(segments, ".") || slices.Contains(segments, "..") {
		return "", errors.New("has a folder . or .. in it")
	}
	if slices.ContainsFunc(segments, func(s string) bool { return len(s) > maxName }) {
		return "", errors.New("is too long for the name of a file")
	}
	letters := []rune(key)
	first, second := letters[:min(2, len(letters))], letters[min(2, len(letters)):min(4, len(letters))]
	// Cleaned like Ruby's File.expand_path. "..ab" would be beside the root.
	place := path.Clean(strings.TrimLeft(string(first)+"/"+string(second)+"/"+key, "/"))
	if !filepath.IsLocal(place) || place == "." {
		return "", errors.New("leads out of the folder")
	}
	if strings.HasSuffix(key, "/") {
		return "", errors.New("ends like a folder's")
	}
	return filepath.FromSlash(place), nil
}
