package command

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/text"
)

// CompleteDump completes the key of a dump, newest first. The candidates in others come
// before the keys.
func CompleteDump(env *Env, others ...commandline.Candidate) commandline.Completer {
	return func(ctx context.Context, line commandline.Line) ([]commandline.Candidate, error) {
		if len(line.Operands) > 0 {
			return nil, nil
		}
		if strings.ContainsAny(line.Word, "/~") { // a path or an address
			return slices.DeleteFunc(slices.Clone(others), func(c commandline.Candidate) bool { return c.Word != commandline.CompleteFiles }), nil
		}
		found, err := knownDumps(ctx, env, line.Flags)
		candidates := slices.Clone(others)
		for _, d := range slices.Backward(found) {
			name := filepath.Base(d.Key)
			if fault.ShellQuote(name) == name { // some shells insert it unquoted
				candidates = append(candidates, commandline.Candidate{
					Word: name, About: humanize.Bytes(uint64(d.Size)) + ", " + text.Minute(d.Time),
				})
			}
		}
		return candidates, err
	}
}

// CompleteLabel completes the label of dumps.
func CompleteLabel(env *Env) commandline.Completer {
	return func(ctx context.Context, line commandline.Line) ([]commandline.Candidate, error) {
		found, err := knownDumps(ctx, env, line.Flags)
		var candidates []commandline.Candidate
		for _, label := range catalog.Labels(found) {
			if fault.ShellQuote(label) == label {
				candidates = append(candidates, commandline.Candidate{Word: label})
			}
		}
		return candidates, err
	}
}

// knownFor limits the age of a cached listing.
const knownFor = time.Minute

// knownDumps lists the dumps of the bucket. It caches the listing, because users press
// the tab key several times in a row.
func knownDumps(ctx context.Context, env *Env, flags config.Flags) ([]catalog.Dump, error) {
	settings, err := env.Settings()
	if err != nil || !settings.IsApproved() { // do not contact a store that the user has not approved
		return nil, err
	}
	bucket, err := settings.Bucket(flags)
	if err != nil {
		return nil, err
	}
	cache := cacheFile(bucket, settings)
	if dumps, ok := readCache(cache, env.Console.Now()); ok {
		return dumps, nil
	}
	store, err := env.Open(ctx, bucket)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	dumps, err := catalog.List(ctx, store, bucket.Base)
	if err == nil {
		writeCache(cache, dumps)
	}
	return dumps, err
}

// cacheFile returns the path of the cached listing of a bucket for these credentials,
// "" if the user has no cache folder.
func cacheFile(b config.Bucket, settings *config.Sources) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	parts := []string{b.String(), b.EndpointURL, b.Region, b.Profile, b.Keys.AccessKeyID}
	for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID"} {
		v, _ := settings.Lookup(name)
		parts = append(parts, v)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return filepath.Join(dir, "hectl", fmt.Sprintf("dumps-%x.json", sum[:8]))
}

func readCache(path string, now time.Time) (dumps []catalog.Dump, ok bool) {
	f, err := files.OpenExisting(path, os.O_RDONLY)
	if err != nil {
		return nil, false
	}
	defer func() { _ = f.Close() }() // opened for reading only
	info, err := f.Stat()
	if err != nil || now.Sub(info.ModTime()).Abs() > knownFor {
		return nil, false
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, false
	}
	return dumps, json.Unmarshal(text, &dumps) == nil
}

// writeCache replaces the file atomically, because several shells may complete at the
// same time. Errors are ignored: the next key press lists the bucket again.
func writeCache(path string, dumps []catalog.Dump) {
	text, err := json.Marshal(dumps)
	if err != nil || path == "" || os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return
	}
	_ = files.Replace(path, text, 0o600)
}
