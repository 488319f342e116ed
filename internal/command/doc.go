// Package command holds what hectl's commands share: the flags that mean the
// same everywhere, how settings are looked up for them, and the shape of their
// help.
//
// A command is a constructor that returns a *cli.Command, an options struct and
// a Run(ctx) that knows nothing of flags. The *cli.Context stops at the action.
package command
