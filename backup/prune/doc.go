// Package prune removes dumps that no rule keeps, and aborts uploads that killed
// backups left open.
//
// Dumps lists the bucket (survey.go), lets the retention policy decide, and removes the
// dumps first and their manifests afterwards (removal.go). It only removes dumps that it
// can date. After an error it removes fewer objects than planned, never more.
//
// Uploads aborts open uploads (uploads.go).
package prune
