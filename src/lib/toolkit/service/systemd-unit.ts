interface UnitParts {
  words: readonly string[]
  environment: Readonly<Record<string, string>>
  variablesFile: string
  mark: string
}

/**
 * A user unit. Uses only hardening that works without a separate namespace, which user units do not get everywhere.
 * Writable executable memory stays allowed, because V8 compiles.
 */
export function systemdUnit({ words, environment, variablesFile, mark }: UnitParts): string {
  const variables = Object.entries(environment).map(
    ([name, value]) => `Environment=${quoted(`${name}=${value}`, false)}`,
  )
  return `# ${mark}

[Unit]
Description=qwenctl proxy: one local endpoint over all accounts
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
ExecStart=${words.map((word) => quoted(word, true)).join(' ')}
${variables.map((line) => `${line}\n`).join('')}# Variables that are not for this file, such as QWENCTL_PASSPHRASE; it need not be there.
EnvironmentFile=-${specifiersEscaped(variablesFile)}
Restart=on-failure
RestartSec=2
# Wrong usage gets no better by trying again.
RestartPreventExitStatus=2
# Asked a second time to end, it ends at once.
SuccessExitStatus=129 130 143
# Only the proxy itself is asked to end; it lets requests under way end, for at most 30 seconds.
KillMode=mixed
TimeoutStopSec=45
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=default.target
`
}

/** Quotes one word for systemd. In a command line, `$` begins a variable. */
function quoted(word: string, isCommand: boolean): string {
  const escaped = specifiersEscaped(word)
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
  const safe = isCommand ? escaped.replaceAll('$', '$$$$') : escaped
  return /^[\w@%+=:,./-]+$/.test(word) ? safe : `"${safe}"`
}

function specifiersEscaped(text: string): string {
  return text.replaceAll('%', '%%')
}
