package config

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/joho/godotenv"

	"github.com/rubyforgood/hectl/internal/fault"
)

// readDotenv reads the application's .env, which belongs to somebody else:
// only PG_HOST, PG_USERNAME and PG_PASSWORD are ever taken from it. What is not
// a file, such as the folder of a Python environment, is no .env. No error
// quotes the file, which holds secrets.
func readDotenv(path string) (map[string]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil //nolint:nilerr // there is nothing that can be read
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.New(fault.Usage, "", "read the application's settings: %w", err)
	}
	text = trimBOM(text)
	if env, err := godotenv.UnmarshalBytes(text); err == nil {
		return env, nil
	}
	return readLines(path, string(text))
}

var ourLine = regexp.MustCompile(`^\s*(?:export\s+)?(PG_HOST|PG_USERNAME|PG_PASSWORD)\s*[=:]`)

// readLines takes the lines that make sense by themselves from a file that does
// not as a whole. Of the others, only those that hectl needs are errors.
func readLines(path, text string) (map[string]string, error) {
	var good strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n") + "\n"
		if _, err := godotenv.Unmarshal(line); err == nil {
			good.WriteString(line)
		} else if ours := ourLine.FindStringSubmatch(line); ours != nil {
			return nil, fault.New(fault.Usage, "does its value lack a closing quote?", "read %s: line %d: the value of %s cannot be read", path, n, ours[1])
		}
	}
	env, err := godotenv.Unmarshal(good.String())
	if err != nil {
		return nil, fault.New(fault.Usage, "write each as NAME=value, on a line of its own", "read %s: its lines cannot be read", path)
	}
	return env, nil
}

// ReadEnvFile reads a file of variables, such as the EnvironmentFile= of a systemd
// unit. No error quotes it.
func ReadEnvFile(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Usage, "", "read the variables: %w", err)
	}
	env, err := godotenv.UnmarshalBytes(trimBOM(text))
	if err != nil {
		return nil, fault.New(fault.Usage, "write each as NAME=value, on a line of its own", "read %s: its lines cannot be read", path)
	}
	return env, nil
}
