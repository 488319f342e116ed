package load

import (
	"bufio"
	"bytes"
	"io"
	"os"

	"github.com/rubyforgood/hectl/internal/files"
)

// A rowSpool keeps rows until they are needed: a few in memory, more in an unlinked file.
type rowSpool struct {
	memory []byte
	file   *os.File
	w      *bufio.Writer
}

const spoolInRAM = 256 << 10 // bytes

func (s *rowSpool) write(pieces ...[]byte) error {
	for _, p := range pieces {
		if s.file == nil && len(s.memory)+len(p) <= spoolInRAM {
			s.memory = append(s.memory, p...)
			continue
		}
		if s.file == nil {
			var err error
			if s.file, err = files.Unlinked(""); err != nil {
				return err
			}
			s.w = bufio.NewWriterSize(s.file, 64<<10)
		}
		if _, err := s.w.Write(p); err != nil {
			return err
		}
	}
	return nil
}

// reader returns a reader of the written rows. Nothing may be written after that.
func (s *rowSpool) reader() (io.Reader, error) {
	if s.file == nil {
		return bytes.NewReader(s.memory), nil
	}
	if err := s.w.Flush(); err != nil {
		return nil, err
	}
	_, err := s.file.Seek(0, io.SeekStart)
	return io.MultiReader(bytes.NewReader(s.memory), s.file), err
}

func (s *rowSpool) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
