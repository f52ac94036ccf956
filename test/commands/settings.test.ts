import { expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/cli.ts'

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
