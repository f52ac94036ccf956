import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readSecret } from '../../../../src/lib/terminal/input/secret-input.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const none = { stdin: Readable.from([]), env: {} }

test('without a flag, there is no key and standard input stays unread', async () => {
  const stdin = Readable.from(['left for others'])
  expect(await readSecret({}, { stdin, env: {} })).toBeNull()
  expect(stdin.read()).toBe('left for others')
})

test('when the key arrives in pieces, reads standard input to its end', async () => {
  const stdin = Readable.from([Buffer.from('sk-first'), Buffer.from('-half\r\n')])
  expect(await readSecret({ 'key-stdin': true }, { stdin, env: {} })).toBe('sk-first-half')
})

test('when a variable or a file holds the key, reads it from there', async () => {
  const file = join(temporaryFolder(), 'key')
  writeFileSync(file, '\ufeffsk-from-file\n')
  chmodSync(file, 0o600)
  expect(await readSecret({ 'key-env': 'MY_KEY' }, { ...none, env: { MY_KEY: ' sk-from-env ' } })).toBe(
    'sk-from-env',
  )
  expect(await readSecret({ 'key-file': file }, none)).toBe('sk-from-file')
})

test.each([
  ['OPENAI_API_KEY=sk-abc', 'sk-abc'],
  ['export TOKEN="sk-abc"\n', 'sk-abc'],
  ["'sk-abc'", 'sk-abc'],
  ['c2VjcmV0==', 'c2VjcmV0=='],
  ['monkey==', 'monkey=='],
  ['ab=cd', 'ab=cd'],
])('of %j, the key is %s', async (text, key) => {
  const stdin = Readable.from([text])
  expect(await readSecret({ 'key-stdin': true }, { stdin, env: {} })).toBe(key)
})

test.each([
  ['an unset variable', { 'key-env': 'NOT_SET' }, 'the environment has no variable NOT_SET'],
  ['a missing file', { 'key-file': '/nowhere/key' }, 'the key file cannot be read (ENOENT)'],
  ['empty input', { 'key-stdin': true }, 'standard input holds no key'],
])('with %s, says what is wrong', async (_, flags, message) => {
  await expect(readSecret(flags, none)).rejects.toMatchObject({ code: 'invalid_value', message })
})

test('when the key itself is given where its variable belongs, the error does not repeat it', async () => {
  const failed = readSecret({ 'key-env': 'sk-proj-0123456789' }, none)
  await expect(failed).rejects.toMatchObject({ message: 'the environment has no variable of that name' })
})

test('when a whole file of settings is given, refuses it', async () => {
  const stdin = Readable.from([Buffer.from('KEY=abc\nOTHER=def\n')])
  await expect(readSecret({ 'key-stdin': true }, { stdin, env: {} })).rejects.toThrow('more than one word')
  const flood = Readable.from([Buffer.alloc(70_000, 97)])
  await expect(readSecret({ 'key-stdin': true }, { stdin: flood, env: {} })).rejects.toThrow(
    'too long to be a key',
  )
})
