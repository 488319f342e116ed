// Package readers has readers for what lies between a source and whoever reads it
// through other readers: those in between replace an error, or wait on, and the
// reason is wanted all the same.
package readers
