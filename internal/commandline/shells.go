package commandline

// Shell is a shell that hectl can complete commands in.
type Shell struct {
	Name   string
	Script string // evaluated when the shell starts
	Load   string // command line that evaluates the script
	File   string // file in which users put that line
}

// Shells returns the shells that hectl supports.
func Shells() []Shell {
	return []Shell{
		{"bash", bashScript, `eval "$(hectl completion bash)"`, "~/.bashrc"},
		{"zsh", zshScript, `eval "$(hectl completion zsh)"`, "~/.zshrc, after compinit"},
		{"fish", fishScript, "hectl completion fish | source", "~/.config/fish/config.fish"},
	}
}

// Each script passes the words of the line to "hectl __complete" and the output to the
// shell. It lists no commands, so it works with any version of hectl.
const (
	bashScript = `# bash completion for hectl: eval "$(hectl completion bash)"
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
	zshScript = `#compdef hectl
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
	fishScript = `# fish completion for hectl: hectl completion fish | source
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
