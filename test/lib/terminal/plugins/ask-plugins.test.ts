import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config, Plugin } from '@oclif/core'
import { expect, test } from 'vitest'
import { askPlugins } from '../../../../src/lib/terminal/plugins/ask-plugins.ts'
import { HOOK_VERDICTS } from '../../../../src/lib/terminal/plugins/hook-verdicts.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

interface Installed {
  /** The time of a probe passes only once the hook has called `stick`. So no time limit ends any other hook. */
  ask: (now?: number) => ReturnType<typeof askPlugins>
  /** The threads that ran the file of the hook so far, in order, and a new list from here. */
  takeRuns: () => string[]
  hookFile: string
  cacheFolder: string
  flag: string
}

/** Installs a plugin with this hook. `FLAG` in its text is a path. */
async function install(hook: string, type = 'user'): Promise<Installed> {
  const home = temporaryFolder()
  const [root, cacheFolder, runs, flag, stuck] = ['plugin', 'cache', 'runs', 'flag', 'stuck'].map((name) =>
    join(home, name),
  ) as [string, string, string, string, string]
  mkdirSync(root)
  const oclif = { hooks: { 'qwenctl:providers': './hook.js' } }
  const pjson = { name: 'qwenctl-plugin-x', version: '1.0.0', type: 'module', oclif }
  writeFileSync(join(root, 'package.json'), JSON.stringify(pjson))
  const hookFile = join(root, 'hook.js')
  writeFileSync(
    hookFile,
    `import { appendFileSync, existsSync } from 'node:fs'
    import { isMainThread } from 'node:worker_threads'
    const note = () => appendFileSync(${JSON.stringify(runs)}, isMainThread ? 'main ' : 'thread ')
    const isFlagged = () => existsSync(${JSON.stringify(flag)})
    const stick = () => appendFileSync(${JSON.stringify(stuck)}, '')
    ${hook}`,
  )
  const config = await Config.load({ root })
  const ask = async (now = 0) => {
    const plugin = new Plugin({ root, type })
    await plugin.load()
    Object.assign(config, { plugins: new Map([[plugin.name, plugin]]) })
    rmSync(stuck, { force: true })
    let probedMs = 0
    const tick = () => (existsSync(stuck) ? (probedMs += 100) : probedMs)
    return askPlugins(config, { cacheFolder, clock: () => now, probe: { limitMs: 500, clock: tick } })
  }
  const takeRuns = () => {
    const list = existsSync(runs) ? readFileSync(runs, 'utf8').trim().split(' ').filter(Boolean) : []
    writeFileSync(runs, '')
    return list
  }
  return { ask, takeRuns, hookFile, cacheFolder, flag }
}

// vitest runs tests in a process, so that its thread is the main one.
const found = { answers: [{ plugin: 'qwenctl-plugin-x', providers: ['it'] }], failures: [] }

test('a hook runs in a thread once, and again when the plugin changes', async () => {
  const { ask, takeRuns, hookFile, cacheFolder } = await install(
    `export default () => { note(); return ['it'] }`,
  )
  expect(await ask()).toEqual(found)
  expect(takeRuns()).toEqual(['thread', 'main'])
  expect(await ask()).toEqual(found)
  expect(takeRuns()).toEqual(['main'])
  appendFileSync(hookFile, '\n')
  expect(await ask()).toEqual(found)
  expect(takeRuns()).toEqual(['thread', 'main'])
  if (process.platform !== 'win32')
    expect(statSync(join(cacheFolder, HOOK_VERDICTS)).mode & 0o777).toBe(0o600)
})

test.each(['', '{', '[]', '{"x": 1}'])('a damaged file of verdicts costs a probe: %s', async (text) => {
  const { ask, takeRuns, cacheFolder } = await install(`export default () => { note(); return ['it'] }`)
  await ask()
  writeFileSync(join(cacheFolder, HOOK_VERDICTS), text)
  takeRuns()
  expect(await ask()).toEqual(found)
  expect(takeRuns()).toEqual(['thread', 'main'])
  expect(await ask()).toEqual(found)
  expect(takeRuns()).toEqual(['main'])
})

test('a hook that throws in the thread alone is used, and proves itself in the real run', async () => {
  const hook = `export default () => { note(); if (!isMainThread) throw new Error('no thread'); return ['it'] }`
  const { ask, takeRuns } = await install(hook)
  expect(await ask()).toEqual(found)
  expect(await ask()).toEqual(found)
  expect(takeRuns()).toEqual(['thread', 'main', 'main'])
})

test.each([
  ['user', 'uninstall'],
  ['link', 'unlink'],
])('a %s plugin with a loop is run once and not used, until it changes', async (type, verb) => {
  const hook = `export default () => { note(); stick(); for (;;); }`
  const { ask, takeRuns, hookFile } = await install(hook, type)
  const message =
    'its hook qwenctl:providers did not end within 1 s, so the plugin is not used. ' +
    `It is tried again within an hour, or when the hook changes. To remove it: qwenctl plugins ${verb} qwenctl-plugin-x`
  const unused = { answers: [], failures: [{ plugin: 'qwenctl-plugin-x', message, isUnused: true }] }
  expect(await ask()).toEqual(unused)
  expect(await ask()).toEqual(unused)
  expect(takeRuns()).toEqual(['thread'])
  writeFileSync(hookFile, `export default () => ['it']`)
  expect(await ask()).toEqual(found)
})

test('a plugin that waited for a service is asked again after an hour', async () => {
  const { ask, takeRuns, flag } = await install(
    `note(); if (!isFlagged()) { stick(); await new Promise(() => {}) } export default () => ['it']`,
  )
  expect((await ask(0)).failures).toHaveLength(1)
  writeFileSync(flag, '')
  expect((await ask(3_599_999)).failures).toHaveLength(1)
  expect(takeRuns()).toEqual(['thread'])
  expect(await ask(3_600_001 + 60_000)).toEqual(found)
})

test('a plugin that takes all memory is not used', async () => {
  const { ask, takeRuns } = await install(
    'export default () => { note(); const all = []; for (;;) all.push(new Array(100_000).fill(0.5)) }',
  )
  const [failure] = (await ask()).failures
  expect(failure?.message).toMatch(/^its hook qwenctl:providers needs too much memory, so/)
  expect(takeRuns()).toEqual(['thread'])
})
