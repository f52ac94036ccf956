import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FileSettings } from '../../../../src/lib/toolkit/settings/file-settings.ts'
import { settingsTable } from '../../../../src/lib/toolkit/settings/settings-table.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

async function givenSettings(yaml: string | null = null, env: NodeJS.ProcessEnv = {}): Promise<FileSettings> {
  const folder = temporaryFolder()
  const file = join(folder, 'config.yaml')
  if (yaml !== null) await writeFile(file, yaml)
  return new FileSettings({ file, env })
}

describe('reading settings', () => {
  test('when nothing is set, every key has its default', async () => {
    const list = await (await givenSettings()).list()
    expect(list.map(({ key, value, origin }) => [key, value, origin])).toEqual(
      settingsTable.map((row) => [row.key, row.default, 'default']),
    )
    expect(list.find(({ key }) => key === 'proxy.port')?.value).toBe(3000)
  })

  test('when the file says something, it beats the default, and a variable beats the file', async () => {
    const yaml = 'proxy:\n  port: 4000\n  host: 0.0.0.0\n'
    const settings = await givenSettings(yaml, { QWENCTL_PORT: '5000', QWENCTL_HOST: '' })
    const origins = Object.fromEntries(
      (await settings.list()).map((row) => [row.key, [row.value, row.origin]]),
    )
    expect(origins).toMatchObject({
      'proxy.port': [5000, 'variable'],
      'proxy.host': ['0.0.0.0', 'file'],
      'proxy.affinity': [true, 'default'],
    })
  })

  test('when the file holds a value of another type, the key and the file are named', async () => {
    const settings = await givenSettings('ledger:\n  retentionDays: 7\n')
    await expect(settings.get('ledger.retentionDays')).rejects.toMatchObject({
      code: 'invalid_value',
      message: expect.stringMatching(/ledger\.retentionDays in .*config\.yaml is 7, .* from 35 to/) as string,
    })
    expect(await settings.get('user')).toBe('local')
  })

  test('when a variable is not understood, it is the variable that is named', async () => {
    const settings = await givenSettings(null, { QWENCTL_AFFINITY: 'maybe' })
    await expect(settings.get('proxy.affinity')).rejects.toMatchObject({
      message: 'QWENCTL_AFFINITY is "maybe", which is not true or false',
    })
  })
})

describe('changing settings', () => {
  const values: [string, string, unknown][] = [
    ['proxy.port', '0', 0],
    ['proxy.strategy', 'round-robin', 'round-robin'],
    ['proxy.affinity', 'off', false],
    ['proxy.affinity', 'YES', true],
    ['proxy.allowHosts', 'a.example, b.example', ['a.example', 'b.example']],
    ['proxy.allowHosts', '', []],
    ['ledger.sync', 'off', 'off'],
    ['ledger.retentionDays', '90', 90],
    ['user', 'anna', 'anna'],
  ]

  test.each(values)('when %s is set to "%s", that is what is read back', async (key, text, value) => {
    const settings = await givenSettings()
    expect(await settings.set(key, text)).toEqual(value)
    expect(await settings.get(key)).toEqual(value)
  })

  const refused: [string, string, RegExp][] = [
    ['proxy.port', '65536', /whole number from 0 to 65535/],
    ['proxy.port', '80.5', /whole number/],
    ['proxy.port', '', /whole number/],
    ['proxy.strategy', 'random', /one of priority/],
    ['proxy.affinity', '2', /true or false/],
    ['proxy.host', ' ', /a text/],
    ['ledger.retentionDays', '34', /from 35/],
    ['ledger.sync', 'always!', /interval, always, off/],
  ]

  test.each(refused)('when %s is set to "%s", it is refused and the file stays', async (key, text, words) => {
    const settings = await givenSettings('# mine\n')
    await expect(settings.set(key, text)).rejects.toMatchObject({
      code: 'invalid_value',
      message: expect.stringMatching(words) as string,
    })
    expect(await readFile(settings.path, 'utf8')).toBe('# mine\n')
  })

  test('when a value is written, the comments and other values of the file stay', async () => {
    const settings = await givenSettings('# my proxy\nproxy:\n  port: 4000 # not 3000\n  host: localhost\n')
    await settings.set('proxy.port', '4001')
    const text = await readFile(settings.path, 'utf8')
    expect(text).toContain('# my proxy')
    expect(text).toContain('port: 4001 # not 3000')
    expect(text).toContain('host: localhost')
  })

  test.each([
    ['proxy.prot', 'proxy.port'],
    ['strategy', 'proxy.strategy'],
    ['ledger.retentiondays', 'ledger.retentionDays'],
  ])('when the key is %s, %s is proposed', async (typed, meant) => {
    const settings = await givenSettings()
    const error = { code: 'invalid_value', hint: `did you mean ${meant}?` }
    await expect(settings.get(typed)).rejects.toMatchObject(error)
    await expect(settings.set(typed, '1')).rejects.toMatchObject(error)
  })

  test('when no key is near, the list is proposed', async () => {
    const settings = await givenSettings()
    await expect(settings.get('colour')).rejects.toMatchObject({
      hint: expect.stringContaining('config list') as string,
    })
  })
})

test('what nothing reads is named, with the setting that was meant', async () => {
  const yaml =
    'proxy:\n  stratgy: weighted\n  port: 4000\nproxxy:\n  port: 1\nledger: 3\nwaitQueue: 5\nlogs:\naliases:\n  a: b\ncaps:\n  concurrency: 2\n'
  expect(await (await givenSettings(yaml)).unknown()).toEqual([
    'unknown setting proxy.stratgy (ignored); did you mean proxy.strategy?',
    'unknown setting proxxy (ignored)',
    'ledger is a section, and its value is ignored; its settings are ledger.sync, ledger.retentionDays',
    'unknown setting waitQueue (ignored)',
  ])
  expect(await (await givenSettings()).unknown()).toEqual([])
})

test('whatever is set by its key is known', async () => {
  const settings = await givenSettings('{}\n')
  for (const { key, default: value } of settingsTable)
    await settings.set(key, [value].flat().join(',')).catch(() => undefined)
  expect(await settings.unknown()).toEqual([])
})
