// Package when parses the times and ages that users type.
package when
