import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { binary, buildIfMissing, cleanEnv, runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'
import { openTerminal } from '../support/terminal.ts'

test('when a setting is changed, get and list show it with where it comes from', async () => {
  const home = temporaryFolder()
  expect(await runCommand(home, ['config', 'set', 'proxy.port', '8080'])).toMatchObject({
    exit: 0,
    stdout: '',
  })
  expect(await runCommand(home, ['config', 'get', 'proxy.port'])).toMatchObject({ stdout: '8080\n' })
  const fromVariable = await runCommand(home, ['config', 'get', 'proxy.port', '--json'], {
    QWENCTL_PORT: '9090',
  })
  expect(JSON.parse(fromVariable.stdout)).toEqual({ key: 'proxy.port', value: 9090 })
  const { settings } = JSON.parse((await runCommand(home, ['config', 'list', '--json'])).stdout) as {
    settings: { key: string }[]
  }
  expect(settings.find(({ key }) => key === 'proxy.port')).toMatchObject({ value: 8080, origin: 'file' })
  const path = (await runCommand(home, ['config', 'path'])).stdout.trim()
  expect(path.startsWith(home)).toBe(true)
})

test('when something is sealed, the settings show with what, and name the command that changes it', async () => {
  const home = temporaryFolder()
  const kind = async () => (await runCommand(home, ['config', 'get', 'vault.kind', '--json'])).stdout
  expect(JSON.parse(await kind())).toEqual({ key: 'vault.kind', value: null })
  const env = { EXAMPLE_KEY: 'sk-example-0123456789' }
  await runCommand(home, ['auth', 'add', 'a', '-p', 'openai', '--key-env', 'EXAMPLE_KEY', '--no-verify'], env)
  expect(JSON.parse(await kind())).toEqual({ key: 'vault.kind', value: 'key-file' })
  const refused = await runCommand(home, ['config', 'set', 'vault.kind', 'keychain', '--json'])
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'invalid_value', exit: 2 } })
  expect(refused.stdout).toContain('auth storage --to')
})

test('when a setting is unknown or its value wrong, it is wrong usage', async () => {
  const home = temporaryFolder()
  for (const argv of [
    ['get', 'proxy.prot'],
    ['set', 'proxy.port', 'many'],
  ]) {
    const { exit, stdout } = await runCommand(home, ['config', ...argv, '--json'])
    expect(exit).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'invalid_value' } })
  }
})

test('a file of authorities is read before it is set', async () => {
  const home = temporaryFolder()
  const refused = await runCommand(home, ['config', 'set', 'proxy.ca', `${home}/none.pem`, '--json'])
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: { code: 'invalid_value', message: expect.stringContaining('cannot be read (ENOENT)') as string },
  })
  expect(JSON.parse((await runCommand(home, ['config', 'get', 'proxy.ca', '--json'])).stdout)).toMatchObject({
    value: [],
  })
})

test('when providers are listed, the simulated one says so', async () => {
  const { stdout } = await runCommand(temporaryFolder(), ['providers', 'list', '--json'])
  const { providers } = JSON.parse(stdout) as {
    providers: { id: string; simulated: boolean; plugin: string }[]
  }
  expect(providers.filter(({ simulated }) => simulated).map(({ id }) => id)).toEqual(['sandbox'])
  expect(providers.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['qwen', 'openai', 'anthropic', 'custom']),
  )
  expect((await runCommand(temporaryFolder(), ['providers', 'list'])).stdout).toMatch(/^sandbox .*imulated/m)
})

test('when a setting is removed, its default holds again, and what else is in the file stays', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['config', 'set', 'proxy.port', '8080'])
  await runCommand(home, ['config', 'set', 'aliases.coder', 'qwen3-coder-plus'])
  const path = (await runCommand(home, ['config', 'path'])).stdout.trim()
  writeFileSync(path, `# mine\n${readFileSync(path, 'utf8')}`)
  const removed = await runCommand(home, ['config', 'unset', 'proxy.port'])
  expect(removed).toMatchObject({ exit: 0, stdout: '', stderr: 'Removed proxy.port, which is 3000 now.\n' })
  expect(readFileSync(path, 'utf8')).toContain('# mine')
  expect((await runCommand(home, ['config', 'get', 'aliases.coder'])).stdout).toBe('qwen3-coder-plus\n')
  const again = await runCommand(home, ['config', 'unset', 'proxy.port', '--json'])
  expect(JSON.parse(again.stdout)).toEqual({ key: 'proxy.port', value: 3000 })
  expect((await runCommand(home, ['config', 'unset', 'aliases.coder'])).stderr).toBe(
    'Removed aliases.coder.\n',
  )
  const unknown = await runCommand(home, ['config', 'unset', 'proxy.prot', '--json'])
  expect(JSON.parse(unknown.stdout)).toMatchObject({
    error: { code: 'invalid_value', hint: expect.stringContaining('proxy.port') as string },
  })
})

test('config edit opens the file in the editor, and says what is wrong in it afterwards', async () => {
  buildIfMissing()
  const home = temporaryFolder()
  const editor = join(home, 'editor.mjs')
  writeFileSync(
    editor,
    `import { appendFileSync } from 'node:fs'; appendFileSync(process.argv.at(-1), 'proxy:\\n  prot: 8080\\n')`,
  )
  const env = cleanEnv(home, { VISUAL: '', EDITOR: `${process.execPath} ${editor}` })
  const terminal = openTerminal(process.execPath, [binary, 'config', 'edit'], { env, cwd: home })
  expect(await terminal.exit).toBe(0)
  expect(terminal.shown()).toContain('proxy.prot')
  expect(terminal.shown()).toContain('is valid')
  const failing = { ...env, EDITOR: 'false' }
  const failed = openTerminal(process.execPath, [binary, 'config', 'edit'], { env: failing, cwd: home })
  expect(await failed.exit).toBe(1)
  expect(failed.shown()).toContain('the editor false ended with an error')
})

test('without a terminal config edit names the file and the other way', async () => {
  const { stdout, exit } = await runCommand(temporaryFolder(), ['config', 'edit', '--json'])
  expect(exit).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      code: 'missing_answer',
      hint: expect.stringMatching(/config\.yaml.*qwenctl config set/) as string,
    },
  })
})

test('an alias of a model that no account is known to have is set, with a warning', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 's', '-p', 'sandbox'])
  const set = async (model: string) =>
    (await runCommand(home, ['config', 'set', 'aliases.coder', model])).stderr
  expect(await set('nosuch/model')).toContain('no account is known to have the model nosuch/model')
  expect(await set('sandbox-small,sandbox/any')).not.toContain('no account')
  expect(await set('')).not.toContain('no account')
})
