import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { findPlugin, surviveStrays } from '../../../../src/lib/terminal/plugins/stray-errors.ts'
import { root } from '../../../support/cli.ts'
import { logEntries } from '../../../support/given-observer.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const SETTLED = 'export const done = new Promise((resolve) => setTimeout(resolve, 30))'

/** Runs a plugin, and a package that it shares with others, in a process of its own. */
async function runPlugin(kind: string, module: string) {
  const home = temporaryFolder()
  const plugin = join(home, 'node_modules', 'acme')
  const files = {
    [join(plugin, 'index.mjs')]: module,
    [join(home, 'node_modules', 'shared', 'index.mjs')]:
      `export const failLater = () => setTimeout(() => { throw new Error('shared') }, 1)`,
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  const script = join(root, 'test', 'support', 'processes', 'stray-process.ts')
  const logs = join(home, 'logs')
  const child = spawn(process.execPath, [script, logs, plugin, kind])
  const [stderr, exit] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  const crashes = logEntries(logs).filter(({ kind: entry }) => entry === 'crash')
  return { exit, stderr, crashes }
}

test.each([
  ['a value that is no error', `Promise.reject('a text')`, 'a text'],
  ['an error of a package that plugins share', `failLater()`, 'shared'],
  [
    'an error whose frame is no file of this machine',
    `setTimeout(() => { throw Object.assign(new Error('odd'), { stack: 'Error: odd\\n    at f (file://host/x.js:1:1)' }) }, 1)`,
    'odd',
  ],
  ['an error of its own', `setTimeout(() => { throw new Error('own') }, 1)`, 'own'],
])('%s ends in a warning with the name of the plugin, and is no crash', async (_, code, words) => {
  const module = `import { failLater } from '../shared/index.mjs'\nvoid failLater\n${code}\n${SETTLED}`
  const { exit, stderr, crashes } = await runPlugin('', module)
  expect(exit, stderr).toBe(0)
  expect(stderr).toMatch(/^warning: plugin acme: an error outside of any call: .*\n$/)
  expect(stderr).toContain(words)
  expect(crashes).toEqual([])
})

test('when code of qwenctl fails in the context of a plugin, the process ends as Node would, and logs the crash', async () => {
  const { exit, stderr, crashes } = await runPlugin('own-crash', SETTLED)
  expect(exit, stderr).toBe(1)
  expect(stderr).toContain('it broke')
  expect(crashes).toMatchObject([{ level: 'error', message: 'it broke' }])
})

test('frames of shared packages decide nothing: the innermost other frame does', () => {
  const plugin = { name: 'acme', root: '/data/node_modules/@org/acme' }
  surviveStrays(plugin)
  const failed = (...files: string[]) =>
    Object.assign(new Error('x'), {
      stack: ['Error: x', ...files.map((file) => `    at f (${file}:1:1)`)].join('\n'),
    })
  const shared = '/data/node_modules/shared/a.js'
  expect(findPlugin(failed(shared, `${plugin.root}/a.js`, '/qwenctl/a.js'))).toBe('acme')
  expect(findPlugin(failed(shared, '/qwenctl/a.js', `${plugin.root}/a.js`))).toBeNull()
  expect(findPlugin(failed(shared))).toBe('acme')
  expect(findPlugin(failed('/data/other/a.js'))).toBeNull()
  expect(findPlugin(failed())).toBeNull()
  expect(findPlugin('a text')).toBeNull()
})
