package snapshot

import (
	"context"
	"slices"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/restore/target"
)

// completeNames completes the names of snapshots, each only once, until the command line
// has most names.
func completeNames(env *command.Env, most int) commandline.Completer {
	return func(ctx context.Context, line commandline.Line) ([]commandline.Candidate, error) {
		if len(line.Operands) >= most {
			return nil, nil
		}
		snapshots, err := knownSnapshots(ctx, env, line.Flags)
		var candidates []commandline.Candidate
		for _, s := range slices.Backward(snapshots) {
			if !slices.Contains(line.Operands, s.Name) {
				candidates = append(candidates, commandline.Candidate{Word: s.Name, About: text.Size(s.Size) + ", saved " + text.Minute(s.Saved)})
			}
		}
		return candidates, err
	}
}

// knownSnapshots returns the snapshots on the target's server, which is local, newest last.
func knownSnapshots(ctx context.Context, env *command.Env, flags config.Flags) ([]Info, error) {
	settings, err := env.Settings()
	if err != nil || !settings.IsApproved() { // completion contacts no server that the user has not approved
		return nil, err
	}
	database, err := settings.Target(flags)
	if err != nil {
		return nil, err
	}
	conn, err := command.Resolve(database, settings)
	if err != nil {
		return nil, err
	}
	t, err := target.New(env.Console, target.Options{Conn: conn})
	if err != nil {
		return nil, err
	}
	h, err := t.Look(ctx)
	var found []Info
	for _, s := range h.Snapshots {
		found = append(found, NewInfo(s))
	}
	return found, err
}
