import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfigFile, writeConfigValue } from '../../../../src/lib/store/documents/config-file.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

function givenConfig(text?: string): string {
  const file = join(temporaryFolder(), 'config.yaml')
  if (text !== undefined) writeFileSync(file, text)
  return file
}

test.each([undefined, '', '# only a comment\n', '---\n', 'null\n'])('%j has no settings', async (text) => {
  expect(await readConfigFile(givenConfig(text))).toEqual({})
})

test('reads nested mappings', async () => {
  const file = givenConfig('proxy:\n  port: 3001\n  host: "::1"\nledger: {sync: always}\n')
  expect(await readConfigFile(file)).toEqual({
    proxy: { port: 3001, host: '::1' },
    ledger: { sync: 'always' },
  })
})

test.each([
  ['proxy:\n  port: 1\n port: 2\n', /line 3/],
  ['a: 1\nb: "open\n', /line 3/],
  ['a: 1\na: 2\n', /line 2/],
  ['- a\n- b\n', /must be a mapping/],
  ['just words\n', /must be a mapping/],
])('%j cannot be understood, and the error says where', async (text, message) => {
  const file = givenConfig(text)
  const expected = {
    code: 'invalid_value',
    message: expect.stringMatching(message),
    hint: expect.stringContaining(file),
  }
  await expect(readConfigFile(file)).rejects.toMatchObject(expected)
  await expect(writeConfigValue(file, ['x'], 1)).rejects.toMatchObject(expected)
  expect(readFileSync(file, 'utf8')).toBe(text)
})

test('aliases that multiply are refused, not expanded', async () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 9; level++)
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  await expect(readConfigFile(givenConfig(lines.join('\n')))).rejects.toMatchObject({ code: 'invalid_value' })
})

test('a parse error does not repeat the line, which may hold a password', async () => {
  const file = givenConfig('egressProxy: "http://me:hunter2@proxy\nport: [1\n')
  await expect(readConfigFile(file)).rejects.toMatchObject({
    message: expect.not.stringContaining('hunter2'),
  })
})

test('a value is set without touching comments, order and other values', async () => {
  const file = givenConfig(
    '# my proxy\nproxy:\n  port: 3000 # free here\n  host: 127.0.0.1\n\n# counts\nledger:\n  sync: always\n',
  )
  await writeConfigValue(file, ['proxy', 'port'], 4000)
  await writeConfigValue(file, ['proxy', 'strategy'], 'round-robin')
  expect(readFileSync(file, 'utf8')).toBe(
    '# my proxy\nproxy:\n  port: 4000 # free here\n  host: 127.0.0.1\n  strategy: round-robin\n\n# counts\nledger:\n  sync: always\n',
  )
})

test('the first value makes the file, 0600, and undefined removes a value', async () => {
  const file = join(temporaryFolder(), 'sub', 'config.yaml')
  await writeConfigValue(file, ['proxy', 'port'], 4000)
  await writeConfigValue(file, ['adminToken'], 'x: #y')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await readConfigFile(file)).toEqual({ proxy: { port: 4000 }, adminToken: 'x: #y' })
  await writeConfigValue(file, ['adminToken'], undefined)
  expect(await readConfigFile(file)).toEqual({ proxy: { port: 4000 } })
})

test('a comment in an otherwise empty file stays', async () => {
  const file = givenConfig('# settings of the team\n')
  await writeConfigValue(file, ['proxy', 'port'], 1)
  expect(readFileSync(file, 'utf8')).toContain('# settings of the team')
  expect(await readConfigFile(file)).toEqual({ proxy: { port: 1 } })
})

test('when a part of the path is a plain value, says so and changes nothing', async () => {
  const file = givenConfig('proxy: 3\n')
  await expect(writeConfigValue(file, ['proxy', 'port'], 1)).rejects.toMatchObject({ code: 'invalid_value' })
  expect(readFileSync(file, 'utf8')).toBe('proxy: 3\n')
})

test('values set at once from many sides are all kept', async () => {
  const file = givenConfig()
  await Promise.all(
    Array.from({ length: 10 }, (_, index) => writeConfigValue(file, ['set', `k${index}`], index)),
  )
  expect(Object.keys((await readConfigFile(file))['set'] as object)).toHaveLength(10)
})

test('when a folder has its name, the error names the path', async () => {
  const file = givenConfig()
  mkdirSync(file)
  await expect(readConfigFile(file)).rejects.toMatchObject({
    code: 'store_unwritable',
    message: expect.stringContaining(file),
  })
})
