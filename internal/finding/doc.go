// Package finding collects the findings of "hectl doctor". A finding is about one
// area, has a level, and can list fixes. The package checks nothing itself: its
// callers add what they find to a list.
package finding
