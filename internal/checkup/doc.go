// Package checkup holds what "hectl doctor" found: every finding is well or not,
// is about one thing, and says what to do. It asks nobody; the packages that
// know how to ask (main, backup, restore) fill in a list.
package checkup
