package catalog

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
)

// SourceIdentity recognizes the source of a dump without naming it. It is the HMAC-SHA256
// of the database's identity. Each SourceIdentity has its own random key, so two manifests
// do not reveal that they are from the same server.
type SourceIdentity struct {
	Key  Sum `json:"key"`
	HMAC Sum `json:"hmac"`
}

// NewSourceIdentity returns the SourceIdentity of a database with this identity
// (pgtools.Identity), or nil if the identity is unknown ("").
func NewSourceIdentity(identity string) *SourceIdentity {
	if identity == "" {
		return nil
	}
	s := &SourceIdentity{}
	_, _ = rand.Read(s.Key[:]) // never fails
	s.HMAC = s.of(identity)
	return s
}

func (s *SourceIdentity) of(identity string) (sum Sum) {
	mac := hmac.New(sha256.New, s.Key[:])
	_, _ = mac.Write([]byte(identity)) // a hash never fails
	mac.Sum(sum[:0])
	return sum
}

// Is reports whether a database with this identity is the source. It returns false for a
// nil SourceIdentity and for an unknown identity ("").
func (s *SourceIdentity) Is(identity string) bool {
	if s == nil || identity == "" {
		return false
	}
	want := s.of(identity)
	return hmac.Equal(want[:], s.HMAC[:])
}
