import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { commandTable, manifestText } from '../../../scripts/manifest.ts'
import { buildIfMissing, root, runBinary } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

beforeAll(buildIfMissing)

interface CachedCommand {
  flags: Record<string, unknown>
  summary?: string
  examples?: unknown[]
}

const manifest = () =>
  JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, CachedCommand>
  }

const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' })
/** With changes in the work tree, the next commit brings the new manifest. */
const isCommitted = git('status', '--porcelain', 'src', 'oclif.manifest.json').stdout.trim() === ''
const committed = git('show', 'HEAD:oclif.manifest.json')

test.runIf(committed.status === 0 && isCommitted)(
  'the committed manifest, which the build writes again, is what the commands make',
  async () => {
    expect(committed.stdout).toBe(await manifestText(root))
  },
)

test('the manifest of the build is what the commands make', async () => {
  expect(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')).toBe(await manifestText(root))
})

test('the completion table is what the commands make', async () => {
  const built: unknown = JSON.parse(readFileSync(join(root, 'dist', 'completion.json'), 'utf8'))
  expect(built).toEqual(JSON.parse(JSON.stringify(await commandTable(root))))
})

test('every command says what it does, shows an example, and takes --json', () => {
  for (const [id, command] of Object.entries(manifest().commands)) {
    expect(command.summary, id).toMatch(/^[a-z].*[^.]$/)
    expect(command.examples?.length, id).toBeGreaterThan(0)
    expect(command.flags, id).toHaveProperty('json')
  }
})

test('the promised commands are there, and nothing that is none', () => {
  const ids = Object.keys(manifest().commands)
  const promised = [
    ...['auth:add', 'auth:list', 'auth:remove', 'auth:verify'],
    ...['show', 'rename', 'enable', 'disable', 'set', 'default'].map((verb) => `accounts:${verb}`),
    ...['quota:show', 'quota:reset', 'providers:list', 'completion'],
    ...['get', 'set', 'list', 'path'].map((verb) => `config:${verb}`),
  ]
  expect(ids).toEqual(expect.arrayContaining(promised))
  expect(ids.filter((id) => id.startsWith('base'))).toEqual([])
})

test('with -h, a command shows its help with its examples', async () => {
  const { exit, stdout } = await runBinary(temporaryFolder(), ['auth', 'add', '-h'])
  expect(exit).toBe(0)
  expect(stdout).toContain('$ qwenctl auth add work -p qwen')
  expect(stdout).toContain('--key-stdin')
})
