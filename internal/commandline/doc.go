// Package commandline reads command lines and writes the help, manual pages and shell
// completion of an urfave/cli app. It depends on the library and on none of hectl's
// commands.
//
// The library runs the commands, parses flag values, and renders the help templates.
// Each part of this package does what urfave/cli v2 cannot:
//
//   - Arrange: the library stops at the first operand, as package flag does, and treats
//     flags before a command as the app's own. Its UseShortOptionHandling splits "-qv" but
//     not "-j4".
//   - checkValue: the library's error for a bad value does not show a good one, and does
//     not hide a password typed in the wrong place.
//   - nearest: cli.SuggestFlag and cli.SuggestCommand suggest a name even if nothing is
//     close.
//   - Describe: the library's templates cannot put examples before flags, keep the order
//     of categories, align wrapped flag texts, or list exit codes.
//   - Complete: EnableBashCompletion offers commands and flags. It completes no value and
//     no operand, describes nothing in bash and fish, and reads os.Args.
//   - Manual: ToMan writes one page for the whole app, without examples and exit codes.
package commandline
