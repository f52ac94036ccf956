// The agents of the matrix: the package of each, and how it does one task without a person. Sources: the help of each
// program, and docs/guide/clients.md.

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface Agent {
  /** Its name in `qwenctl setup`. */
  id: string
  title: string
  package: string
  /** The version that the matrix was made with. */
  version: string
  bin: string
  /** The format that it speaks. */
  dialect: 'chat' | 'messages' | 'responses' | 'gemini'
  /** Its install script: npm runs none unasked. */
  installScript?: string
  /** `exec`: by variables and flags; `setup`: by its own configuration. */
  start: 'exec' | 'setup'
  args: (prompt: string) => string[]
  env?: Record<string, string>
}

export const agents: readonly Agent[] = [
  {
    id: 'codex',
    title: 'Codex CLI',
    package: '@openai/codex',
    version: '0.171.0',
    bin: 'codex',
    dialect: 'responses',
    start: 'exec',
    args: (prompt) => [
      ...['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '-m', 'm1'],
      prompt,
    ],
  },
  {
    id: 'claude-code',
    title: 'Claude Code',
    package: '@anthropic-ai/claude-code',
    version: '2.1.332',
    bin: 'claude',
    dialect: 'messages',
    start: 'exec',
    installScript: 'install.cjs',
    args: (prompt) => ['-p', prompt, '--model', 'm1', '--allowedTools', 'Bash'],
    env: { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
  },
  {
    id: 'qwen-code',
    title: 'Qwen Code',
    package: '@qwen-code/qwen-code',
    version: '0.24.4',
    bin: 'qwen',
    dialect: 'chat',
    start: 'exec',
    args: (prompt) => ['--auth-type', 'openai', '-m', 'm1', '--yolo', '-p', prompt],
  },
  {
    id: 'opencode',
    title: 'opencode',
    package: 'opencode-ai',
    version: '1.18.33',
    bin: 'opencode',
    dialect: 'chat',
    start: 'setup',
    installScript: 'postinstall.mjs',
    args: (prompt) => ['run', '-m', 'qwenctl/m1', prompt],
  },
  {
    id: 'gemini',
    title: 'Gemini CLI',
    package: '@google/gemini-cli',
    version: '0.61.0',
    bin: 'gemini',
    dialect: 'gemini',
    start: 'exec',
    args: (prompt) => ['-m', 'm1', '--yolo', '-p', prompt],
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  },
  {
    id: 'pi',
    title: 'pi',
    package: '@mariozechner/pi-coding-agent',
    version: '0.73.1',
    bin: 'pi',
    dialect: 'chat',
    start: 'exec',
    args: (prompt) => ['--provider', 'qwenctl', '--model', 'm1', '-p', prompt],
    env: { PI_OFFLINE: '1' },
  },
  {
    id: 'cline',
    title: 'Cline CLI',
    package: 'cline',
    version: '3.0.65',
    bin: 'cline',
    dialect: 'chat',
    start: 'setup',
    args: (prompt) => ['--auto-approve', 'true', prompt],
  },
  {
    id: 'continue',
    title: 'Continue CLI',
    package: '@continuedev/cli',
    version: '1.5.47',
    bin: 'cn',
    dialect: 'chat',
    start: 'setup',
    args: (prompt) => ['-p', '--auto', prompt],
  },
]

/** The folder in which `npm run test:clients` installs the agents, outside of the repository. */
export const clientCache =
  process.env.QWENCTL_TEST_CLIENTS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'qwenctl-test-clients')

export function agentFolder({ id, version }: Pick<Agent, 'id' | 'version'>): string {
  return join(clientCache, `${id}-${version}`)
}

/** The path of an agent's program. */
export function agentProgram(agent: Agent): string {
  return join(agentFolder(agent), 'node_modules', '.bin', agent.bin)
}

export function isInstalled(agent: Agent): boolean {
  return existsSync(agentProgram(agent))
}
