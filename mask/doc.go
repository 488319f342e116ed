// Package mask applies masking rules to a dump, so that personal data never reaches the
// database, its log or a file.
//
// Parse reads the rules of hectl.yml. Rules.Plan applies them to the head of a dump before
// any row is read. It finds the rule for each column (precedence.go), checks it against the
// column, its checks, unique and other indexes, and foreign keys, and refuses everything
// that could not be restored. Credentials is the plan for passwords, tokens, sessions and
// jobs, which never leave production, with or without rules. The lists are in
// credentials.go.
//
// A Plan has a rows.Table for each table that changes. Archive writes a masked dump, and
// package restore masks rows on their way into the database. Package methods contains the
// methods.
package mask
