/**
 * What the shells are given, once: small, and the same for every version. Each asks `stowage complete SHELL -- …` at the
 * cursor; the first line of the answer says what to do with the others, which are `value TAB description`.
 *
 * It is the stowage of PATH that is asked, not what was typed: a program is not to run before Enter.
 */

const bash = `# Completion of stowage's verbs, flags and names, for bash.
_stowage() {
  local how value brief
  COMPREPLY=()
  {
    IFS= read -r how
    while IFS=$'\\t' read -r value brief; do COMPREPLY+=("$value"); done
  } < <(command stowage complete bash -- "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  compopt -o nosort
  case $how in
    :open) compopt -o nospace ;;
    :files) compopt -o default ;;
    :directories) compopt -o default -o dirnames ;;
  esac
}
complete -F _stowage stowage
`;

const zsh = `#compdef stowage
# Completion of stowage's verbs, flags and names, for zsh.
_stowage() {
  local how value brief
  local -a values shown
  {
    IFS= read -r how
    while IFS=$'\\t' read -r value brief; do
      values+=("$value")
      shown+=("$value\${brief:+  -- $brief}")
    done
  } < <(command stowage complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)
  case $how in
    :files) compset -P '--*='; _files ;;
    :directories) compset -P '--*='; _files -/ ;;
    :open) compadd -V stowage -S '' -l -d shown -a values ;;
    *) compadd -V stowage -l -d shown -a values ;;
  esac
}
if [[ $funcstack[1] == _stowage ]]; then _stowage "$@"; else compdef _stowage stowage; fi
`;

const fish = `# Completion of stowage's verbs, flags and names, for fish.
function __stowage_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l lines (command stowage complete fish -- $before[2..-1] "$typed" 2>/dev/null)
    set -l flag (string match -r -- '^--[^=]+=' "$typed")
    switch "$lines[1]"
        case :files
            printf '%s\\n' "$flag"(__fish_complete_path (string replace -r -- '^--[^=]+=' '' "$typed"))
        case :directories
            printf '%s\\n' "$flag"(__fish_complete_directories (string replace -r -- '^--[^=]+=' '' "$typed"))
        case '*'
            set -e lines[1]
            string join -- \\n $lines
    end
end
complete -c stowage -f -k -a '(__stowage_complete)'
`;

/** By shell; where it looks for such files is docs/how-to/completion.md's matter. */
export const scripts = { bash, zsh, fish } as const;

export type Shell = keyof typeof scripts;
export const shells = Object.keys(scripts) as Shell[];
