package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
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

func completeShell(_ context.Context, line command.Line) ([]command.Candidate, error) {
	if len(line.Operands) > 0 {
		return nil, nil
	}
	return []command.Candidate{{Word: "bash"}, {Word: "zsh"}, {Word: "fish"}}, nil
}

// completionScript is the result of "hectl completion".
type completionScript struct {
	Shell  string `json:"shell"`
	Script string `json:"script"`
}

// Text is the script.
func (s completionScript) Text() string { return s.Script }

func completionCommand(env *command.Env) *cli.Command {
	env.CompleteArgs("completion", completeShell)
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
		Action: func(c *cli.Context) error {
			scripts := map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
			shell := c.Args().First()
			script, ok := scripts[shell]
			if !ok || c.NArg() != 1 {
				return fault.New(fault.Usage, "for example: eval \"$(hectl completion bash)\"", "completion takes the name of a shell: bash, zsh or fish")
			}
			return env.Console.Result(completionScript{shell, script})
		},
	}, "0 done\n2 no such shell")
}
