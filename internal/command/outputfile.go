package command

import (
	"errors"
	"io/fs"
	"os"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
)

// OutputFile returns the file to replace for a flag such as --metrics path. If path is a
// link that this user made, it returns the target of the link. It refuses a link that
// another user may have made. It also refuses anything but a regular file: replacing
// /dev/stdout, for example, would put a file there. The error is a fault.Usage with the
// hint.
func OutputFile(flag, path, hint string) (string, error) {
	if path == "-" || path == "" {
		return "", fault.New(fault.Usage, hint, "--%s needs a file, not standard output", flag)
	}
	target, err := files.Resolve(path)
	switch {
	case errors.Is(err, files.ErrNotOurs):
		return "", fault.New(fault.Usage, "name the target of the link, in a folder that only you can write to",
			"--%s %s: another user may have made this link", flag, path)
	case errors.Is(err, fs.ErrNotExist) && target != path:
		return "", fault.New(fault.Usage, hint, "--%s %s: the link is broken", flag, path)
	case err != nil:
		return path, nil //nolint:nilerr // writing to it returns the better error
	}
	if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
		return "", fault.New(fault.Usage, hint, "--%s %s: it is not a file", flag, path)
	}
	return target, nil
}
