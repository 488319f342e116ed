// Package status decides whether the dumps of a label are fresh and of the usual size.
//
// New makes a [Report] from the contents of the bucket; it reads nothing itself. The
// problems come from judge.go. A report has three forms: one screen of text (report.go),
// JSON, and metrics for Prometheus (metrics.go). The screen shows the last 30 days as a
// sparkline, as does "hectl list" (sparkline.go).
package status
