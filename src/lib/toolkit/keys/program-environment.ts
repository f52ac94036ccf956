/**
 * Variables that point programs at the proxy, with the names that the OpenAI and Anthropic libraries and their users
 * read.
 */
export function programEnvironment(url: string, secret: string): Record<string, string> {
  return {
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_BASE: `${url}/v1`,
    OPENAI_API_KEY: secret,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: secret,
    ANTHROPIC_AUTH_TOKEN: secret,
  }
}

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** Lines that the shell evaluates. */
export function exportLines(variables: Record<string, string>, shell: Shell): string[] {
  return Object.entries(variables).map(([name, value]) => writers[shell](name, value))
}

const writers: Record<Shell, (name: string, value: string) => string> = {
  bash: posix,
  zsh: posix,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  powershell: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
}

function posix(name: string, value: string): string {
  return `export ${name}='${value.replaceAll("'", `'\\''`)}'`
}
