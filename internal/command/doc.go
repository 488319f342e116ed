// Package command contains the parts that hectl's commands share: their environment, the
// flags that mean the same in every command, and the lookup of settings for them.
//
// A command is a constructor that returns a *cli.Command, an options struct, and a
// Run(ctx) without flags. The *cli.Context stays in the action.
package command
