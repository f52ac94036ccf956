export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** Installation instructions, which `completion` prints to stderr on a terminal. */
export const installHints: Record<Shell, string> = {
  bash: 'add to ~/.bashrc:  source <(qwenctl completion bash)',
  zsh: 'add to ~/.zshrc, after compinit:  source <(qwenctl completion zsh)',
  fish: 'run once:  qwenctl completion fish > ~/.config/fish/completions/qwenctl.fish',
  powershell: 'add to $PROFILE:  qwenctl completion powershell | Out-String | Invoke-Expression',
}

// Every script passes the words up to the cursor to `qwenctl __complete SHELL`. The answer has one candidate per
// line, with a tab and its summary if the shell shows one. `:files` asks the shell to complete file names.

// bash splits words at `:`, `=` and `@`, which account references and `--flag=value` contain. The script therefore
// splits the line itself, and removes from the answers what bash keeps before the word.
const bash = `# qwenctl completion for bash
_qwenctl() {
  local line="\${COMP_LINE:0:COMP_POINT}" words current candidate prefix="" breaks="\${COMP_WORDBREAKS//[!:=@]/}"
  IFS=$' \\t\\n' read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  [[ -n "$breaks" ]] && prefix="\${current%"\${current##*[$breaks]}"}"
  prefix="\${prefix%@}" # bash leaves this one in the word
  COMPREPLY=()
  while IFS= read -r candidate; do
    if [[ "$candidate" == ":files" ]]; then
      compopt -o default 2>/dev/null
      COMPREPLY=()
      return 0
    fi
    COMPREPLY+=("\${candidate#"$prefix"}")
  done < <(qwenctl __complete bash "\${words[@]:1}" 2>/dev/null)
  return 0
}
complete -F _qwenctl qwenctl
`

const zsh = `#compdef qwenctl
# qwenctl completion for zsh
_qwenctl() {
  local line value
  local -a described
  local -a typed
  typed=("\${(@)words[2,CURRENT-1]}" "$PREFIX")
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      _files
      return
    fi
    value="\${line%%$'\\t'*}"
    if [[ "$line" == *$'\\t'?* ]]; then
      described+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    else
      described+=("\${value//:/\\\\:}")
    fi
  done < <(qwenctl __complete zsh "\${typed[@]}" 2>/dev/null)
  _describe -V qwenctl described
}
if [[ "\${funcstack[1]}" == "_qwenctl" ]]; then
  _qwenctl "$@"
else
  compdef _qwenctl qwenctl
fi
`

const fish = `# qwenctl completion for fish
function __qwenctl_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -e typed[1]
    set -l answers (qwenctl __complete fish $typed "$current" 2>/dev/null)
    if test "$answers[1]" = ":files"
        __fish_complete_path "$current"
    else
        printf '%s\\n' $answers
    end
end
complete -c qwenctl -f -a '(__qwenctl_complete)'
`

// PowerShell drops an empty last word in a native command, so the last word comes after a "=".
const powershell = `# qwenctl completion for PowerShell
Register-ArgumentCompleter -Native -CommandName qwenctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $typed = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    $answers = @(qwenctl __complete powershell @typed "=$wordToComplete" 2>$null)
    if ($answers.Count -gt 0 -and $answers[0] -eq ':files') { return }
    foreach ($answer in $answers) {
        $value, $summary = $answer -split "\`t", 2
        if (-not $summary) { $summary = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $summary)
    }
}
`

export const completionScripts: Record<Shell, string> = { bash, zsh, fish, powershell }
