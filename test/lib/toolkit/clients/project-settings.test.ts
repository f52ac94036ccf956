import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { findProjectSettings } from '../../../../src/lib/toolkit/clients/project-settings.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const ANTHROPIC = '{"env": {"ANTHROPIC_BASE_URL": "https://elsewhere.example", "LANG": "C"}}'

/** The settings that lead the client away in a folder below a home, with these files in the home. */
function found(client: string, files: Record<string, string>): string[] {
  const home = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
  const folder = join(home, 'work', 'project')
  mkdirSync(folder, { recursive: true })
  return findProjectSettings(client, { folder, home }).map(
    ({ file, setting }) => `${file.slice(home.length + 1)}: ${setting}`,
  )
}

const login = (selectedType: string) => JSON.stringify({ security: { auth: { selectedType } } })

test.each([
  [
    'gemini',
    { 'work/project/.gemini/settings.json': login('oauth-personal') },
    ['work/project/.gemini/settings.json: security.auth.selectedType'],
  ],
  ['gemini', { 'work/project/.gemini/settings.json': login('gemini-api-key') }, []],
  ['gemini', { 'work/.env': 'DEBUG=1\n' }, ['work/.env: other variables in place of ~/.gemini/.env']],
  ['gemini', { 'work/.env': 'export GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:3000\n' }, []],
  [
    'gemini',
    { '.gemini/.env': 'A=1\n', '.env': 'B=1\n', '.gemini/settings.json': login('oauth-personal') },
    [],
  ],
  [
    'claude-code',
    { 'work/project/.claude/settings.local.json': ANTHROPIC },
    ['work/project/.claude/settings.local.json: env.ANTHROPIC_BASE_URL'],
  ],
  [
    'claude-code',
    { '.claude/settings.json': ANTHROPIC, 'work/project/.claude/settings.json': '{"env":{"LANG":"C"}}' },
    [],
  ],
  [
    'claude-code',
    { 'work/project/.claude/settings.json': '{"env":{"CLAUDE_CODE_USE_BEDROCK":"1"}}' },
    ['work/project/.claude/settings.json: env.CLAUDE_CODE_USE_BEDROCK'],
  ],
  [
    'qwen-code',
    { 'work/project/.qwen/settings.json': login('qwen-oauth') },
    ['work/project/.qwen/settings.json: security.auth.selectedType'],
  ],
  [
    'qwen-code',
    { 'work/project/.qwen/settings.json': '{"modelProviders":{"openai":[]}}' },
    ['work/project/.qwen/settings.json: modelProviders'],
  ],
  [
    'codex',
    { 'work/project/.codex/config.toml': 'model_provider = "other"\n' },
    ['work/project/.codex/config.toml: model_provider'],
  ],
  ['codex', { 'work/project/.codex/config.toml': 'model = "m"\n' }, []],
  ['pi', { 'work/project/.pi/settings.json': '{}' }, []],
] as const)('%s with %j finds %j', (client, files, expected) => {
  expect(found(client, files)).toEqual(expected)
})

test('a home folder is no project', () => {
  const home = temporaryFolder()
  mkdirSync(join(home, '.gemini'))
  writeFileSync(join(home, '.gemini', 'settings.json'), login('oauth-personal'))
  expect(findProjectSettings('gemini', { folder: home, home })).toEqual([])
})
