import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cleanEnv } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const SOURCES = ['bin', 'scripts', 'src', 'web', 'package.json', 'package-lock.json']
const CONFIGURATION = ['tsconfig.json', 'tsconfig.build.json']

/** Installed packages: links in a folder of its own, so that an installation could only remove links. */
function linkPackages(clone: string): void {
  const folder = join(clone, 'node_modules')
  mkdirSync(folder)
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '.qwenctl-setup') symlinkSync(join(root, 'node_modules', name), join(folder, name))
  const lock = createHash('sha256')
    .update(readFileSync(join(clone, 'package-lock.json')))
    .digest('hex')
  writeFileSync(join(folder, '.qwenctl-setup'), lock)
}

test('a fresh clone says what builds it, and npm run setup builds the command', () => {
  const clone = join(temporaryFolder(), 'qwenctl')
  mkdirSync(clone)
  for (const name of [...SOURCES, ...CONFIGURATION])
    cpSync(join(root, name), join(clone, name), { recursive: true })
  linkPackages(clone)
  const env = { ...cleanEnv(temporaryFolder(), {}), CI: '' }
  const run = (...argv: string[]) => spawnSync(process.execPath, argv, { cwd: clone, env, encoding: 'utf8' })

  const before = run('bin/run.js', '--version')
  expect([before.status, before.stdout]).toEqual([1, ''])
  expect(before.stderr).toBe(`qwenctl is not built: run npm run setup in ${clone}\n`)

  const setup = spawnSync('npm', ['run', 'setup'], { cwd: clone, env, encoding: 'utf8' })
  expect(setup.status, setup.stderr).toBe(0)
  expect(setup.stdout).toContain('Next: npm link')
  expect(existsSync(join(clone, 'dist', 'web'))).toBe(true)
  expect(run('bin/run.js', '--version').stdout).toMatch(/^qwenctl\/\d/)
}, 120_000)
