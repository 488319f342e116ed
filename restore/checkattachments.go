package restore

import (
	"context"
	"slices"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// CheckAttachments looks whether fetch-attachments could reach its bucket. One that
// nobody named matters only if the newest dump knows attachments, and is not
// everybody's business then.
func CheckAttachments(ctx context.Context, f *finding.List, env *command.Env, b config.Bucket, newest *Newest) {
	const about = "attachments"
	named := b.Origin != config.ByDefault
	if !named && !newest.hasAttachments() {
		return
	}
	store, blind, err := attachmentsOptions{run: &run{out: env.Console}, bucket: b}.reach(ctx, env)
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
		f.OK(about, "%s may not be listed, without which fetch-attachments can do", b)
	default:
		f.OK(about, "%s may be listed", b)
	}
}

// hasAttachments tells whether the dump has Active Storage's tables.
func (n *Newest) hasAttachments() bool {
	return n != nil && slices.ContainsFunc(n.dump.Head.Entries, func(e archive.Entry) bool {
		return e.Desc == "TABLE" && e.Tag == "active_storage_blobs"
	})
}
