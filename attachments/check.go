package attachments

import (
	"context"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/finding"
)

// Check checks whether fetch-attachments can reach its bucket. If the settings name no
// bucket, it checks the default one only if attachments are expected.
func Check(ctx context.Context, f *finding.List, env *command.Env, b config.Bucket, expected bool) {
	const about = "attachments"
	named := b.Origin != config.ByDefault
	if !named && !expected {
		return
	}
	store, blind, err := options{out: env.Console, bucket: b}.reach(ctx, env)
	if store != nil {
		store.Close()
	}
	switch {
	case err != nil:
		f.Fail(about, err)
		if last := &(*f)[len(*f)-1]; !named {
			last.Level = finding.Advice
		}
	case blind:
		f.OK(about, "no permission to list %s, but fetch-attachments works without it", b)
	default:
		f.OK(about, "%s can be listed", b)
	}
}
