// Plugins as people install them: a folder with a hook, linked into a home of its own. What a plugin can do to the
// process is tried in one of its own; all else runs in this one.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, runBinary, runCompletion, runWithPlugins } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

/** Writes a plugin with this hook and links it. */
async function linkedPlugin(home: string, hook: string, files: Record<string, string> = {}): Promise<string> {
  const folder = join(home, 'a-plugin')
  mkdirSync(join(folder, 'commands'), { recursive: true })
  const hooks = { 'qwenctl:providers': './providers.js' }
  const oclif = { hooks, commands: './commands' }
  const pjson = { name: 'qwenctl-plugin-x', version: '1.0.0', type: 'module', oclif }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(pjson))
  writeFileSync(join(folder, 'providers.js'), hook)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const linked = await runWithPlugins(home, ['plugins', 'link', folder, '--no-install'])
  expect(linked.exit, linked.stderr).toBe(0)
  return folder
}

/** Blocks its thread as a loop does, and leaves the CPU to other tests. */
const BLOCK = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'

/** Links a plugin with these hooks and commands, without providers. */
async function linkedHooks(home: string, files: Record<string, string>): Promise<void> {
  const folder = join(home, 'a-plugin')
  mkdirSync(join(folder, 'commands'), { recursive: true })
  const names = Object.keys(files).filter((name) => !name.includes('/'))
  const hooks = Object.fromEntries(names.map((name) => [name.replace('.js', ''), `./${name}`]))
  const pjson = {
    name: 'qwenctl-plugin-x',
    version: '1.0.0',
    type: 'module',
    oclif: { hooks, commands: './commands' },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(pjson))
  for (const name of names) writeFileSync(join(folder, name), 'export default () => {}')
  const linked = await runWithPlugins(home, ['plugins', 'link', folder, '--no-install'])
  expect(linked.exit, linked.stderr).toBe(0)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

const WAIT = 'await new Promise(() => setInterval(() => {}, 1000))'
const NO_ANSWER = 'plugin qwenctl-plugin-x: its hook'

// A command waits five seconds for such a plugin. The tests link one after the other, since linking changes this process.
// Then the commands wait together.
test('when a hook or file of a plugin waits without an end, a command names the plugin and goes its way', async () => {
  const cases: { files: Record<string, string>; words: string }[] = [
    {
      files: { 'init.js': `${WAIT}; export default () => {}` },
      words: `${NO_ANSWER} init failed: no answer within 5 s`,
    },
    {
      files: { 'prerun.js': `export default () => ${WAIT.replace('await ', '')}` },
      words: `${NO_ANSWER} prerun failed: no answer within 5 s`,
    },
    {
      files: { 'commands/hello.js': `${WAIT}; export default class { static run() {} }` },
      words: 'plugin qwenctl-plugin-x: one of its files does not load: no answer within 5 s',
    },
  ]
  const linked = []
  for (const { files, words } of cases) {
    const home = temporaryFolder()
    await linkedHooks(home, files)
    linked.push({ home, words })
  }
  await Promise.all(
    linked.map(async ({ home, words }) => {
      const { exit, stdout, stderr } = await runBinary(home, ['providers', 'list', '--json'])
      expect(exit, stderr).toBe(0)
      expect((JSON.parse(stdout) as { providers: object[] }).providers.length, words).toBeGreaterThan(5)
      expect(stderr).toContain(words)
      expect((await runBinary(home, ['plugins', 'unlink', 'qwenctl-plugin-x'])).exit, words).toBe(0)
    }),
  )
})

test.each([
  ['waits without an end', `${WAIT}; export default () => {}`],
  ['ends without a command', 'setInterval(() => {}, 1000); export default () => {}'],
])(
  'when a hook for unknown commands %s, the command fails as it does without the plugin',
  async (_, hook) => {
    const home = temporaryFolder()
    await linkedHooks(home, { 'command_not_found.js': hook })
    const { exit, stderr } = await runBinary(home, ['nonsense'])
    expect(stderr).toContain('there is no command nonsense')
    expect(exit).toBe(2)
  },
)

const acme = `[{ id: 'acme', baseUrl: 'https://api.acme.example/v1' }]`

test('when a plugin prints, standard output is the document alone', async () => {
  const home = temporaryFolder()
  const hook = `console.log('at load'); setTimeout(() => console.log('later'), 1)
    export default async () => { console.log('asked'); await new Promise((done) => setTimeout(done, 20)); return ${acme} }`
  await linkedPlugin(home, hook)
  const { exit, stdout, stderr } = await runBinary(home, ['providers', 'list', '--json'])
  expect(exit).toBe(0)
  const { providers } = JSON.parse(stdout) as { providers: { id: string }[] }
  expect(providers.map(({ id }) => id)).toContain('acme')
  expect(stderr).toContain('asked')
  expect(existsSync(join(home, 'plugins', 'package.json'))).toBe(true)
})

test.each([
  ['plugins link', ['plugins', 'link']],
  ['plugins:link', ['plugins:link']],
])(
  'when %s makes the first content of a home, its folders are open to their user alone',
  async (_, words) => {
    const home = join(temporaryFolder(), 'new')
    const folder = temporaryFolder()
    const pjson = { name: 'qwenctl-plugin-x', version: '1.0.0', type: 'module', oclif: {} }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(pjson))
    const { exit, stderr } = await runWithPlugins(home, [...words, folder, '--no-install'])
    expect(exit, stderr).toBe(0)
    for (const path of [home, join(home, 'plugins')]) expect(statSync(path).mode & 0o777).toBe(0o700)
  },
)

test('when code of a plugin does not end, commands name the plugin and end without it', async () => {
  const places = {
    'in the hook': `export default () => { for (;;); }`,
    'after a pause in the hook': `export default async () => { await null; ${BLOCK} }`,
    'while its file loads': `${BLOCK}; export default () => []`,
    'in a wait while its file loads': `await new Promise(() => {}); export default () => []`,
    'in a wait of the hook, beside a timer': `setInterval(() => {}, 1000); export default () => new Promise(() => {})`,
  }
  const linked = []
  for (const [place, hook] of Object.entries(places)) {
    const home = temporaryFolder()
    const runs = join(home, 'runs')
    await linkedPlugin(home, `import './note.js'\n${hook}`, {
      'note.js': `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(runs)}, 'x')`,
    })
    linked.push({ place, home, runs })
  }
  const words =
    'plugin qwenctl-plugin-x: its hook qwenctl:providers did not end within 5 s, so the plugin is not used. ' +
    'It is tried again within an hour, or when the hook changes. To remove it: qwenctl plugins unlink qwenctl-plugin-x'
  await Promise.all(
    linked.map(async ({ place, home, runs }) => {
      const { exit, stdout, stderr } = await runBinary(home, ['providers', 'list', '--json'])
      expect(exit, place).toBe(0)
      expect((JSON.parse(stdout) as { providers: object[] }).providers.length, place).toBeGreaterThan(5)
      expect(stderr, place).toBe(`warning: ${words}\n`)
      const doctor = await runBinary(home, ['doctor', '--json'])
      const { checks } = JSON.parse(doctor.stdout) as { checks: { id: string; detail: string }[] }
      expect(checks, place).toContainEqual(expect.objectContaining({ id: 'plugins', detail: words }))
      expect(readFileSync(runs, 'utf8'), place).toBe('x') // the second command did not run it again
      const unlinked = await runBinary(home, ['plugins', 'unlink', 'qwenctl-plugin-x'])
      expect(unlinked.exit, `${place}: ${unlinked.stderr}`).toBe(0)
    }),
  )
})

test('when the command file of a plugin does not load, it is one line with plugin and file', async () => {
  const home = temporaryFolder()
  await linkedPlugin(home, `export default async () => ${acme}`, { 'commands/foo.js': `import 'nope'` })
  const { exit, stderr } = await runBinary(home, ['providers', 'show', 'acme'])
  expect(exit).toBe(0)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(/^warning: plugin qwenctl-plugin-x: .*foo/)
})

test('when an address of a plugin has a password or is one of cloud metadata, it is refused by name', async () => {
  const home = temporaryFolder()
  const rows = `[{ id: 'a', baseUrl: 'https://u:p@x.example/v1' }, { id: 'b', baseUrl: 'http://169.254.169.254/v1' }]`
  await linkedPlugin(home, `export default async () => ${rows}`)
  const { stdout, stderr } = await runWithPlugins(home, ['providers', 'list'])
  expect(stdout).not.toMatch(/^[ab] /m)
  expect(stderr).toContain('provider "a": baseUrl must not contain a user name or password')
  expect(stderr).toContain('provider "b": endpoint "default" is an address of cloud metadata')
})

test('when another hook of a plugin throws, it is a warning', async () => {
  const home = temporaryFolder()
  const folder = await linkedPlugin(home, `export default async () => []`)
  const hooks = { init: './init.js' }
  const pjson = { name: 'qwenctl-plugin-x', version: '1.0.0', type: 'module', oclif: { hooks } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(pjson))
  writeFileSync(join(folder, 'init.js'), `export default async () => { throw new Error('odd start') }`)
  const { exit, stderr } = await runBinary(home, ['providers', 'list']) // this process knows the package as it was
  expect(exit).toBe(0)
  expect(stderr).toContain('plugin qwenctl-plugin-x: its hook init failed: odd start')
})

test('when the plugin of an account is gone, every command says so, and verify checks the others', async () => {
  const home = temporaryFolder()
  const folder = await linkedPlugin(home, `export default async () => ${acme}`)
  const env = { ACME_KEY: 'sk-acme-0123456789abcdef' }
  const add = ['auth', 'add', 'a', '-p', 'acme', '--key-env', 'ACME_KEY', '--no-verify']
  const added = await runWithPlugins(home, add, env)
  expect(added.exit, added.stderr).toBe(0)
  await runWithPlugins(home, ['auth', 'add', 'b', '-p', 'sandbox'])
  await runWithPlugins(home, ['plugins', 'unlink', folder])
  for (const command of [
    ['auth', 'list'],
    ['quota', 'show'],
    ['accounts', 'show', 'a'],
  ]) {
    const { stdout } = await runWithPlugins(home, [...command, '--json'])
    expect(stdout).toContain('"status": "no-provider"')
    expect(stdout).toContain(String.raw`no plugin brings the provider \"acme\"`)
  }
  const doctor = await runWithPlugins(home, ['doctor', '--json'])
  const { checks } = JSON.parse(doctor.stdout) as { checks: { id: string; status: string }[] }
  expect(checks).toContainEqual(expect.objectContaining({ id: 'plugins', status: 'fail' }))
  const verified = await runWithPlugins(home, ['auth', 'verify', '--json'])
  const { verifications } = JSON.parse(verified.stdout) as { verifications: { result: string }[] }
  expect(verifications).toHaveLength(2)
  const set = await runWithPlugins(home, ['accounts', 'set', 'a', '--priority', '2'])
  expect(set.stderr).toContain('qwenctl plugins install')
})

test('completion offers the commands of a plugin as soon as it is linked, and no longer once it is unlinked', async () => {
  const home = temporaryFolder()
  const hello = `import { createRequire } from 'node:module'
    const { Command, Flags } = createRequire('${join(root, 'package.json')}')('@oclif/core')
    export default class Hello extends Command {
      static summary = 'greet'
      static flags = { loud: Flags.boolean() }
      async run() {}
    }`
  const folder = await linkedPlugin(home, `export default async () => []`, { 'commands/hello.js': hello })
  const offers = async (...words: string[]) =>
    (await runCompletion(home, ['bash', ...words])).stdout.split('\n').filter(Boolean)
  expect(await offers('hel')).toEqual(['help', 'hello'])
  expect(await offers('hello', '--')).toContain('--loud')
  await runWithPlugins(home, ['plugins', 'unlink', folder])
  expect(await offers('hel')).toEqual(['help'])
})

test('a failure of the commands that oclif brings is an error document like all others, and no bug of qwenctl', async () => {
  const home = temporaryFolder()
  const words = ['plugins', 'inspect', 'nope']
  const { exit, stdout } = await runWithPlugins(home, [...words, '--json'])
  expect(exit).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'failed', message: 'nope not installed', hint: null, exit: 1 },
  })
  expect((await runWithPlugins(home, words)).stderr).toBe('error: nope not installed\n')
})

test('when a plugin fails in a timer, a promise or a call for later, the command ends as without it', async () => {
  const home = temporaryFolder()
  const hook = `
    setTimeout(() => { throw new Error('thrown late') }, 1)
    Promise.reject(new Error('rejected late'))
    export default async () => { await new Promise((done) => setTimeout(done, 50)); return ${acme} }`
  await linkedPlugin(home, hook)
  const { exit, stdout, stderr } = await runBinary(home, ['providers', 'list', '--json'])
  expect(exit, stderr).toBe(0)
  expect(stdout).toContain('"acme"')
  const words = 'warning: plugin qwenctl-plugin-x: an error outside of any call:'
  expect(stderr.trim().split('\n').sort()).toEqual([`${words} rejected late`, `${words} thrown late`])
})

test.each(['process.exit(3)', 'setTimeout(() => process.exit(3), 1)'])(
  'when a plugin calls %s, the command ends with its own document',
  async (call) => {
    const home = temporaryFolder()
    const wait = 'await new Promise((done) => setTimeout(done, 50))'
    await linkedPlugin(home, `export default async () => { ${call}; ${wait}; return ${acme} }`)
    const { exit, stdout, stderr } = await runBinary(home, ['providers', 'list', '--json'])
    expect(exit).toBe(0)
    expect((JSON.parse(stdout) as { providers: object[] }).providers.length).toBeGreaterThan(5)
    expect(stderr).toMatch(/^warning: plugin qwenctl-plugin-x: .*process\.exit\(3\)$/m)
  },
)
