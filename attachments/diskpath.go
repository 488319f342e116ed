package attachments

import (
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxName is the maximum length of a file name in bytes, on all common file systems.
const maxName = 255

// diskPath returns the path of the blob with this key, relative to the root of the
// Disk service: two folders named after the first four characters, then the whole key.
// Shorter keys have fewer folders, and slashes in the key add more. For keys that
// Rails refuses, and for keys that cannot be file names, the error completes "the
// key …".
//
// The rules, including those against path traversal, are path_for and folder_for in
// https://github.com/rails/rails/blob/main/activestorage/lib/active_storage/service/disk_service.rb
func diskPath(key string) (string, error) {
	switch {
	case strings.TrimSpace(key) == "":
		return "", errors.New("is blank")
	case strings.ContainsRune(key, 0):
		return "", errors.New("contains a zero byte")
	case !utf8.ValidString(key):
		return "", errors.New("is not UTF-8")
	}
	segments := strings.Split(key, "/")
	if slices.Contains(segments, ".") || slices.Contains(segments, "..") {
		return "", errors.New("contains the folder . or .. in its path")
	}
	if slices.ContainsFunc(segments, func(s string) bool { return len(s) > maxName }) {
		return "", errors.New("is too long for a file name")
	}
	letters := []rune(key)
	first, second := letters[:min(2, len(letters))], letters[min(2, len(letters)):min(4, len(letters))]
	// Clean the path as Ruby's File.expand_path does. "..ab" would be outside the root.
	place := path.Clean(strings.TrimLeft(string(first)+"/"+string(second)+"/"+key, "/"))
	if !filepath.IsLocal(place) || place == "." {
		return "", errors.New("leads out of the folder")
	}
	if strings.HasSuffix(key, "/") {
		return "", errors.New("ends with a slash, like a folder")
	}
	return filepath.FromSlash(place), nil
}
