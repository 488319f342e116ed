package catalog

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
)

// SourceIdentity recognizes the database that a dump was made of without naming it:
// the HMAC-SHA256 of the database's identity, keyed with random bytes of its own, so
// that two manifests do not show that they are of the same server.
type SourceIdentity struct {
	Key  Sum `json:"key"`
	HMAC Sum `json:"hmac"`
}

// NewSourceIdentity returns what recognizes a database of this identity
// (pgtools.Identity); nil for one that is not known.
func NewSourceIdentity(identity string) *SourceIdentity {
	if identity == "" {
		return nil
	}
	s := &SourceIdentity{}
	_, _ = rand.Read(s.Key[:]) // it never fails
	s.HMAC = s.of(identity)
	return s
}

func (s *SourceIdentity) of(identity string) (sum Sum) {
	mac := hmac.New(sha256.New, s.Key[:])
	_, _ = mac.Write([]byte(identity)) // a hash never fails
	mac.Sum(sum[:0])
	return sum
}

// Is reports whether a database of this identity is the one. A nil SourceIdentity
// recognizes none, and an identity that is not known is never recognized.
func (s *SourceIdentity) Is(identity string) bool {
	if s == nil || identity == "" {
		return false
	}
	want := s.of(identity)
	return hmac.Equal(want[:], s.HMAC[:])
}
