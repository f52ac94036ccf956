/**
 * Variables that point programs at the proxy, as the libraries of OpenAI, Anthropic, Google and Ollama read them.
 * Claude Code warns of two credentials, and asks about `ANTHROPIC_API_KEY` at every start
 * (https://code.claude.com/docs/en/iam, 2026-11). So there is only the other variable.
 */
export function programEnvironment(url: string, secret: string): Record<string, string> {
  return {
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_BASE: `${url}/v1`,
    OPENAI_API_KEY: secret,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: secret,
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_API_KEY: secret,
    OLLAMA_HOST: url,
    OLLAMA_API_KEY: secret,
  }
}

/**
 * Variables that lead a program past the variables above: other credentials, switches to another service, and other
 * ways to connect. A program must not see them. Sources: https://code.claude.com/docs/en/env-vars and Claude Code
 * 2.1.332, https://geminicli.com/docs/reference/configuration and Gemini CLI 0.61.0, all 2026-11. Codex, Qwen Code,
 * opencode, Kilo and pi have no such variable, once their configuration names the proxy (`launch/`).
 */
export const hiddenVariables = [
  // Claude Code and Anthropic's libraries: other credentials
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_FEDERATION_RULE_ID',
  'ANTHROPIC_IDENTITY_TOKEN',
  'ANTHROPIC_IDENTITY_TOKEN_FILE',
  'ANTHROPIC_PROFILE',
  'CLAUDE_CODE_OAUTH_REFRESH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  // a host program that chooses the service, or a socket
  'ANTHROPIC_UNIX_SOCKET',
  'CLAUDE_CODE_HOST_AUTH_ENV_VAR',
  'CLAUDE_CODE_HOST_CREDS_FILE',
  'CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST',
  'CLAUDE_CODE_RUNNER_MODEL_SOCKET',
  // other services
  'CLAUDE_CODE_USE_ANTHROPIC_AWS',
  'CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_FOUNDRY',
  'CLAUDE_CODE_USE_GATEWAY',
  'CLAUDE_CODE_USE_MANTLE',
  'CLAUDE_CODE_USE_VERTEX',
  // Gemini CLI and Google's libraries
  'CODE_ASSIST_ENDPOINT',
  'GOOGLE_API_KEY',
  'GOOGLE_GENAI_USE_GCA',
  'GOOGLE_GENAI_USE_VERTEXAI',
  'GOOGLE_VERTEX_BASE_URL',
] as const

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** Lines that the shell evaluates. */
export function exportLines(variables: Record<string, string>, shell: Shell): string[] {
  return Object.entries(variables).map(([name, value]) => writers[shell](name, value))
}

/** Lines that remove variables. */
export function unsetLines(names: readonly string[], shell: Shell): string[] {
  return names.map((name) => removers[shell](name))
}

const removers: Record<Shell, (name: string) => string> = {
  bash: (name) => `unset ${name}`,
  zsh: (name) => `unset ${name}`,
  fish: (name) => `set -e ${name}`,
  powershell: (name) => `Remove-Item Env:${name}`,
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
