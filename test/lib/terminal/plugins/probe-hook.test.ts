import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { probeHook } from '../../../../src/lib/terminal/plugins/probe-hook.ts'
import type { ProbeLimits } from '../../../../src/lib/terminal/plugins/probe-hook.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

/** Longer than any thread needs for what ends. */
const LONG_MS = 120_000

/** Probes a plugin with this hook. */
function probe(
  text: string,
  limits: ProbeLimits,
  {
    given = {},
    file = 'hook.mjs',
    config = {},
    root = temporaryFolder(),
  }: { given?: object; file?: string; config?: object; root?: string } = {},
) {
  mkdirSync(join(root, 'src'))
  writeFileSync(join(root, 'src', file), text)
  const hooks = { ask: [{ target: `./src/${file}`, identifier: 'default' }] }
  return probeHook({ root, hooks }, ['ask', given], config, limits)
}

/** The time of such a hook passes only once it has called `stick`. */
const STICK = `
  import { writeFileSync } from 'node:fs'
  const stick = () => writeFileSync(new URL('stuck', import.meta.url), '')
`

test.each([
  ['a loop while the file loads', 'stick(); for (;;); export default () => []'],
  ['a loop in the hook', 'export default () => { stick(); for (;;); }'],
  ['a loop after a pause', 'export default async () => { await null; stick(); for (;;); }'],
  [
    'a loop over an argument',
    'export default ({ list }) => { for (const each of list.map(String)) { stick(); for (;;); } }',
  ],
  ['a file that waits without an end', 'stick(); await new Promise(() => {}); export default () => []'],
  ['a hook that waits without an end', 'export default () => { stick(); return new Promise(() => {}) }'],
])('%s is stopped as unfinished', async (_, text) => {
  const root = temporaryFolder()
  let probedMs = 0
  const clock = () => (existsSync(join(root, 'src', 'stuck')) ? (probedMs += 100) : probedMs)
  const given = { list: [1] }
  expect(await probe(STICK + text, { limitMs: 500, clock }, { root, given })).toBe('unfinished')
})

test.each([
  ['objects', 'export default () => { const all = []; for (;;) all.push(new Array(100_000).fill(0.5)) }'],
  ['buffers', 'export default () => { const all = []; for (;;) all.push(Buffer.alloc(1 << 24, 1)) }'],
])('a hook that takes all memory with %s is stopped as oversized', async (_, text) => {
  expect(await probe(text, { limitMs: LONG_MS })).toBe('oversized')
})

test.each([
  ['an error of the hook', `export default () => { throw new Error('no') }`],
  ['an error of the file', `throw new Error('no')`],
  [
    'an error outside of any call',
    `setTimeout(() => { throw new Error('no') }); export default () => new Promise(() => {})`,
  ],
  ['an exit', 'export default () => process.exit(0)'],
])('%s proves nothing', async (_, text) => {
  expect(await probe(text, { limitMs: LONG_MS })).toBe('threw')
})

test('arguments arrive as far as a thread can have them', async () => {
  const text = `export default ({ list, table, config }) => {
    if (list[0].a !== 1 || table.get('k') !== 2 || config.name !== 'qwenctl' || 'run' in config) throw new Error('no')
  }`
  const given = { list: [{ a: 1 }], table: new Map([['k', 2]]), call: () => undefined }
  const config = { name: 'qwenctl', run: () => undefined }
  expect(await probe(text, { limitMs: LONG_MS }, { given, config })).toBe('ended')
})

test.each([
  ['a function as the module', 'module.exports = () => { throw new Error() }'],
  [
    'a default as compilers write it',
    'exports.__esModule = true; exports.default = () => { throw new Error() }',
  ],
  ['a single named function', 'exports.hook = () => { throw new Error() }'],
])('a CommonJS file with %s has a hook', async (_, text) => {
  expect(await probe(text, { limitMs: LONG_MS }, { file: 'hook.cjs' })).toBe('threw')
})

test('a hook that prints much ends', async () => {
  const text = `export default () => { for (let i = 0; i < 20_000; i += 1) { console.log('x'.repeat(80)); console.error(i) } }`
  expect(await probe(text, { limitMs: LONG_MS })).toBe('ended')
})

test('messages that the code of a plugin posts are no results', async () => {
  const text = `import { parentPort } from 'node:worker_threads'
    parentPort?.postMessage({ ready: true })
    export default () => []`
  expect(await probe(text, { limitMs: LONG_MS })).toBe('ended')
})

test('after a probe, ports of the hook are free', async () => {
  const port = await listen(0)
  const text = `import { createServer } from 'node:net'
    export default ({ port }) => new Promise((done, fail) => createServer().on('error', fail).listen(port, '127.0.0.1', done))`
  expect(await probe(text, { limitMs: LONG_MS }, { given: { port } })).toBe('ended')
  expect(await listen(port)).toBe(port)
})

test('time in which the machine sleeps does not count', async () => {
  const flag = new Int32Array(new SharedArrayBuffer(4))
  let reads = 0
  // The hook ends after several looks at the clock, each an hour after the one before.
  const clock = () => {
    reads += 1
    if (reads === 4) {
      Atomics.store(flag, 0, 1)
      Atomics.notify(flag, 0)
    }
    return reads * 3_600_000
  }
  const text = 'export default async ({ flag }) => { await Atomics.waitAsync(flag, 0, 0).value }'
  expect(await probe(text, { limitMs: LONG_MS, clock }, { given: { flag } })).toBe('ended')
})

/** Opens a port of this machine and closes it. */
async function listen(port: number): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, fail) => server.on('error', fail).listen(port, '127.0.0.1', done))
  const { port: opened } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return opened
}
