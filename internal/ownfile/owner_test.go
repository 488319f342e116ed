package ownfile

import (
	"io/fs"
	"syscall"
	"testing"
)

type foreignFile struct{ fs.FileInfo }

func (foreignFile) Mode() fs.FileMode { return 0o600 }
func (foreignFile) Sys() any          { return &syscall.Stat_t{Uid: 502, Nlink: 1} }

func TestAFileIsItsOwnersAlone(t *testing.T) {
	if ours(foreignFile{}, 501) || !ours(foreignFile{}, 502) {
		t.Error("a file is its owner's alone")
	}
}
