import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

interface Shown {
  key: string | null
  files: { file: string; changed: boolean; diff: string[] }[]
  error: { code: string; hint: string }
}
const shown = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Shown

test('a client is set up, shown first, and undone', async () => {
  const home = temporaryFolder()
  const file = join(home, '.codex', 'config.toml')
  const dry = await runCommand(home, ['setup', 'codex', '--model', 'm1', '--dry-run'])
  expect(dry.stdout).toContain('+ model_provider = "qwenctl"')
  expect(existsSync(file)).toBe(false)
  const done = await runCommand(home, ['setup', 'codex', '--model', 'm1', '--json'])
  expect(shown(done)).toMatchObject({ key: null, files: [{ changed: true }] })
  expect(readFileSync(file, 'utf8')).toContain('wire_api = "responses"')
  expect((await runCommand(home, ['setup', 'codex', '--undo'])).exit).toBe(0)
  expect(existsSync(file)).toBe(false)
  expect((await runCommand(home, ['setup', 'codex', '--undo'])).exit).toBe(1)
})

test('with --account the client gets a key for that account alone, which ends with the undo', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'sandbox/play'])
  const done = await runCommand(home, ['setup', 'claude-code', '--account', 'play', '--json'])
  expect(shown(done).key).toBe('setup-claude-code')
  const text = readFileSync(join(home, '.claude', 'settings.json'), 'utf8')
  const secret = /qk_[\w-]{43}/.exec(text)?.[0]
  expect(secret).toBeDefined()
  expect(done.stdout + done.stderr).not.toContain(secret)
  const again = await runCommand(home, ['setup', 'claude-code', '--account', 'play', '--json'])
  expect(again.exit).toBe(0)
  expect((await runCommand(home, ['keys', 'show', 'setup-claude-code'])).exit).toBe(0)
  await runCommand(home, ['setup', 'claude-code', '--undo', '--json'])
  expect((await runCommand(home, ['keys', 'show', 'setup-claude-code'])).exit).toBe(3)
})

test('what is missing is named with the command', async () => {
  const home = temporaryFolder()
  const { error } = shown(await runCommand(home, ['setup', 'opencode', '--json']))
  expect(error).toMatchObject({ code: 'missing_answer', hint: expect.stringContaining('--model') as string })
  expect((await runCommand(home, ['setup', 'emacs'])).exit).toBe(2)
})
