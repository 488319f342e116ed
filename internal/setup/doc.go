// Package setup contains the first commands of a new user: "hectl" alone, init and allow.
package setup
