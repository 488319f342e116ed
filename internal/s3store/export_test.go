package s3store

import "time"

// SetMaxParts sets the largest number of parts.
func SetMaxParts(s *Store, n int) { s.maxParts = n }

// InFlight returns the number of parts that are sent in parallel.
func InFlight(o UploadOptions, size int64) int { return o.inFlight(size) }

// PartSize returns the size of the parts with these options.
func PartSize(o UploadOptions) (int64, error) { return o.partSize() }

// NoBackoff makes the store retry failed requests without a pause.
func NoBackoff(s *Store) { s.backoff = func(int) time.Duration { return 0 } }

// Backoff returns the pause after a failed attempt.
func Backoff(attempt int) time.Duration { return backoff(attempt) }

// WithStall sets the stall limit for requests with the context.
var WithStall = withStall
