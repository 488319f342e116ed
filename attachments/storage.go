package attachments

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// findStorage returns the folder of the application's Disk service called service.
// given is the value of --storage. If it is "", the application is the one in the
// folder of hectl.yml or in the current folder. If the application's settings can be
// read and have no such service, that is an error: rows would name a service that does
// not exist.
func findStorage(given, service, current, ofSettings string) (string, error) {
	places := slices.DeleteFunc([]string{ofSettings, current}, func(dir string) bool { return dir == "" })
	if given != "" {
		if !filepath.IsAbs(given) {
			given = filepath.Join(current, given)
		}
		if !isFolder(filepath.Dir(given)) {
			return "", fault.New(fault.Usage, "", "--storage %s: there is no folder %s", given, filepath.Dir(given))
		}
		if app := firstWith(slices.Insert(places, 0, filepath.Dir(given)), "config/storage.yml"); app != "" {
			if _, err := diskService(app, service); err != nil {
				return "", err
			}
		}
		return given, checkStorage(given)
	}
	app := firstWith(places, "config/storage.yml", "config/application.rb", "storage")
	if app == "" {
		return "", fault.New(fault.Usage, "go to the application's folder, or name its storage folder with --storage",
			"%s is not the folder of a Rails application: it has neither config/storage.yml nor storage", current)
	}
	found, err := diskService(app, service)
	if err != nil {
		return "", err
	}
	root := cmp.Or(found.Root, "storage")
	if !filepath.IsAbs(root) {
		root = filepath.Join(app, root)
	}
	return root, checkStorage(root)
}

// firstWith returns the first folder that contains one of the files or folders.
func firstWith(dirs []string, names ...string) string {
	for _, dir := range dirs {
		for _, name := range names {
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
				return dir
			}
		}
	}
	return ""
}

// diskService looks up a Disk service in the application's settings. If they cannot be
// read, it assumes that the service exists, with an unknown root.
func diskService(app, name string) (service, error) {
	path := filepath.Join(app, "config", "storage.yml")
	text, err := config.ReadFile(path, 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return service{Name: name}, nil
	}
	if err != nil {
		return service{}, fault.Wrap(fault.Usage, "", err)
	}
	services := diskServices(string(text))
	if len(services) == 0 {
		return service{Name: name}, nil
	}
	var names []string
	for _, s := range services {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return service{}, fault.New(fault.Usage, "name the service of your development environment with --service-name",
		"%s has no Disk service %s, but has %s", path, name, strings.Join(names, ", "))
}

// checkStorage refuses an existing path that is not a folder.
func checkStorage(path string) error {
	if _, err := os.Stat(path); err == nil && !isFolder(path) {
		return fault.New(fault.Usage, "name a folder with --storage", "%s is not a folder", path)
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
