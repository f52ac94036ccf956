import { parseEnv } from 'node:util'

/**
 * The variables of a `.env` file, or of a script that sets them. It also reads `set X=` of Windows and `$env:X =` of
 * PowerShell, comments after `;`, and several assignments in one line.
 */
export function parseEnvText(text: string): Record<string, string> {
  const lines = text.split(/\r\n|\r|\n/).flatMap(splitLine)
  return parseEnv(lines.join('\n')) as Record<string, string>
}

const COMMENT = /^\s*(?:;|\/\/|@?rem\s)/i
const ASSIGNMENT = /^\s*(?:export\s+|set\s+|\$env:)?([A-Za-z_]\w*)\s*=\s*(.*)$/i

/** The assignments of a line, in the form that the parser of Node reads. */
function splitLine(line: string): string[] {
  if (COMMENT.test(line)) return []
  const [, name, written = ''] = ASSIGNMENT.exec(line) ?? []
  // The later lines of a quoted value have no name.
  if (name === undefined) return [line]
  const { value, rest } = cutValue(written)
  return [`${name}=${value}`, ...(ASSIGNMENT.test(rest) ? splitLine(rest) : [])]
}

/** A `;` ends a value if a blank, another assignment, or nothing follows. Within keys it separates them. */
function cutValue(written: string): { value: string; rest: string } {
  const quoted = /^(["'`])(?:(?!\1).)*\1/.exec(written)?.[0] ?? ''
  for (let end = written.indexOf(';', quoted.length); end >= 0; end = written.indexOf(';', end + 1)) {
    const rest = written.slice(end + 1)
    if (/^(\s|$)/.test(rest) || ASSIGNMENT.test(rest)) return { value: written.slice(0, end).trim(), rest }
  }
  return { value: written, rest: '' }
}
