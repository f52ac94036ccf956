interface PlistParts {
  name: string
  words: readonly string[]
  environment: Readonly<Record<string, string>>
  logFile: string
  mark: string
}

/** A launch agent: starts at login, and again after a failure. */
export function launchdPlist({ name, words, environment, logFile, mark }: PlistParts): string {
  const variables = Object.entries(environment)
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${mark} -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${escaped(name)}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${escaped(word)}</string>`).join('\n')}
  </array>
${variables.length === 0 ? '' : variablesText(variables)}  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>45</integer>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardErrorPath</key>
  <string>${escaped(logFile)}</string>
</dict>
</plist>
`
}

function variablesText(variables: [string, string][]): string {
  const rows = variables.map(
    ([name, value]) => `    <key>${escaped(name)}</key>\n    <string>${escaped(value)}</string>`,
  )
  return `  <key>EnvironmentVariables</key>\n  <dict>\n${rows.join('\n')}\n  </dict>\n`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
