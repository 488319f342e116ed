package main

import (
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
)

// Each script gives the words of the line to "hectl __complete", and the shell
// what that prints. So there is one place that knows the commands (complete.go),
// which cannot be another version than the hectl that runs.
const (
	bashCompletion = `# bash completion for hectl: eval "$(hectl completion bash)"
_hectl() {
	local line path cur="${COMP_WORDS[COMP_CWORD]}"
	[ "$cur" = "=" ] && cur=""
	COMPREPLY=()
	while IFS= read -r line; do
		case "$line" in
		:files | :folders)
			compopt -o filenames 2>/dev/null
			while IFS= read -r path; do
				COMPREPLY+=("$path")
			done < <([ "$line" = :files ] && compgen -f -- "$cur" || compgen -d -- "$cur")
			;;
		*) COMPREPLY+=("${line%%$'\t'*}") ;;
		esac
	done < <("${1/#\~/$HOME}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o nosort -F _hectl hectl 2>/dev/null || complete -F _hectl hectl
`
	zshCompletion = `#compdef hectl
# zsh completion for hectl: eval "$(hectl completion zsh)", after compinit; or as
# the file _hectl in a folder of $fpath
_hectl() {
	local line word
	local -a described
	for line in "${(@f)$(${~words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
		word="${line%%$'\t'*}"
		case "$line" in
		"") ;;
		:files) _files ;;
		:folders) _files -/ ;;
		*$'\t'*) described+=("${word//:/\\:}:${line#*$'\t'}") ;;
		*) described+=("${word//:/\\:}") ;;
		esac
	done
	(( ${#described} )) && _describe -V hectl described
}
if [ "$funcstack[1]" = "_hectl" ]; then
	_hectl "$@"
else
	compdef _hectl hectl
fi
`
	fishCompletion = `# fish completion for hectl: hectl completion fish | source
function __hectl_complete
	set -l words (commandline -opc) (commandline -ct)
	for line in (command $words[1] __complete $words[2..-1] 2>/dev/null)
		switch $line
			case ':files'
				__fish_complete_path (commandline -ct)
			case ':folders'
				__fish_complete_directories (commandline -ct)
			case '*'
				echo $line
		end
	end
end
complete -c hectl -f -k -a '(__hectl_complete)'
`
)

// completionScript is the result of "hectl completion".
type completionScript struct {
	Shell  string `json:"shell"`
	Script string `json:"script"`
}

// Text is the script.
func (s completionScript) Text() string { return s.Script }

func completionCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "completion",
		Usage:     "print what lets a shell complete hectl's commands",
		UsageText: "hectl completion bash|zsh|fish",
		Description: `EXAMPLES:
   eval "$(hectl completion bash)"     in ~/.bashrc
   eval "$(hectl completion zsh)"      in ~/.zshrc, after compinit
   hectl completion fish | source      in ~/.config/fish/config.fish

   Then the tab key completes commands, flags, and the names of dumps, for which
   the bucket is listed, at most once a minute.`,
		Subcommands: []*cli.Command{
			scriptCommand(env, "bash", `eval "$(hectl completion bash)"`, "~/.bashrc", bashCompletion),
			scriptCommand(env, "zsh", `eval "$(hectl completion zsh)"`, "~/.zshrc, after compinit", zshCompletion),
			scriptCommand(env, "fish", "hectl completion fish | source", "~/.config/fish/config.fish", fishCompletion),
		},
	}, "0 done\n2 no such shell")
}

// scriptCommand prints the script of a shell, of which line makes use in file.
func scriptCommand(env *command.Env, shell, line, file, script string) *cli.Command {
	return command.New(env, &cli.Command{
		Name:        shell,
		Usage:       "print the completion script for " + shell,
		UsageText:   "hectl completion " + shell,
		Description: "EXAMPLES:\n   " + line + "     in " + file,
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			return env.Console.Result(completionScript{shell, script})
		},
	}, "0 done")
}
