package s3store

import "time"

// SetMaxParts makes the store run out of parts earlier than S3 does.
func SetMaxParts(s *Store, n int) { s.maxParts = n }

// PartSize returns the size of parts that the options lead to.
func PartSize(o UploadOptions) (int64, error) { return o.partSize() }

// NoBackoff lets the store repeat failed requests at once.
func NoBackoff(s *Store) { s.backoff = func(int) time.Duration { return 0 } }

// Backoff returns the wait after a failed attempt.
func Backoff(attempt int) time.Duration { return backoff(attempt) }

// WithStall sets the stall limit of requests made with the context.
var WithStall = withStall
