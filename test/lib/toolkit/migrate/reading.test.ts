import fc from 'fast-check'
import { expect, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { decodeText } from '../../../../src/lib/toolkit/migrate/read/decode-text.ts'
import { parseEnvText } from '../../../../src/lib/toolkit/migrate/read/env-text.ts'
import { parseYaml } from '../../../../src/lib/toolkit/migrate/read/parse-file.ts'
import { resolveReferences } from '../../../../src/lib/toolkit/migrate/read/references.ts'
import { serviceAt, serviceCalled } from '../../../../src/lib/toolkit/migrate/read/service.ts'
import { splitKeys } from '../../../../src/lib/toolkit/migrate/read/split-keys.ts'
import { parseCsv } from '../../../../src/lib/toolkit/migrate/lists/csv.ts'

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()

test.each([
  ['UTF-8', Buffer.from('KEY=a')],
  ['UTF-8 with a mark', Buffer.from('\ufeffKEY=a')],
  ['UTF-16 LE with a mark', Buffer.from('\ufeffKEY=a', 'utf16le')],
  ['UTF-16 LE', Buffer.from('KEY=a', 'utf16le')],
  ['UTF-16 BE with a mark', utf16be('\ufeffKEY=a')],
  ['UTF-16 BE', utf16be('KEY=a')],
])('a file in %s is read as its text', (_, bytes) => {
  expect(decodeText(bytes)).toBe('KEY=a')
})

test('text in UTF-8 is never taken for another encoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.includes('\0') && !text.startsWith('\ufeff'))
      expect(decodeText(Buffer.from(text))).toBe(text)
    }),
  )
})

test.each([
  ['sk-a,sk-b', ['sk-a', 'sk-b']],
  ['sk-a; sk-b ;sk-a', ['sk-a', 'sk-b']],
  ['sk-a\r\nsk-b\n', ['sk-a', 'sk-b']],
  ['["sk-a", "sk-b"]', ['sk-a', 'sk-b']],
  ["['sk-a', 'sk-b']", ['sk-a', 'sk-b']],
  ['[sk-a, sk-b]', ['sk-a', 'sk-b']],
  ['sk-0123456789abcdef sk-0123456789abcdeg', ['sk-0123456789abcdef', 'sk-0123456789abcdeg']],
  ['your key here', ['your key here']],
  ['{"type": "service_account", "a": 1}', ['{"type": "service_account", "a": 1}']],
  ['  ', []],
])('the text %j holds the keys %j', (text, keys) => {
  expect(splitKeys(text)).toEqual(keys)
})

test('keys that are joined by any separator are found again', () => {
  const key = fc.stringMatching(/^sk-[A-Za-z0-9_-]{16,40}$/)
  const separator = fc.constantFrom(',', ';', '\n', '\r\n', ' , ', ' ', '|')
  fc.assert(
    fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 5 }), separator, (keys, between) => {
      expect(splitKeys(keys.join(between))).toEqual(keys)
      expect(splitKeys(JSON.stringify(keys))).toEqual(keys)
    }),
  )
})

test.each([
  ['export A="x" # work\r\nB = y\r\n', { A: 'x', B: 'y' }],
  ['; A=no\n// B=no\nREM C=no\nD=x\n', { D: 'x' }],
  ['A=x; export B=y;C=z', { A: 'x', B: 'y', C: 'z' }],
  ['A=x ; a note', { A: 'x' }],
  ['A="x;y"; B=z', { A: 'x;y', B: 'z' }],
  ['A=x;y', { A: 'x;y' }],
  ['set A=x\r\n$env:B = "y"\r\n', { A: 'x', B: 'y' }],
  ['A=1\nA=2\n', { A: '2' }],
])('the variables of %j are %j', (text, variables) => {
  expect(parseEnvText(text)).toEqual(variables)
})

test.each([
  ['os.environ/A', 'x', null],
  ['$A', 'x', null],
  ['${A}', 'x', null],
  ['${env:A}', 'x', null],
  ['{env:A}', 'x', null],
  ['${{ secrets.A }}', 'x', null],
  ['${{ secrets.owner/block/A }}', 'x', null],
  ['%A%', 'x', null],
  ['https://${A}.example/v1', 'https://x.example/v1', null],
  ['${NONE:-y}', 'y', null],
  ['${A:-y}', 'x', null],
  ['$LINK', 'x', null],
  ['${NONE}', null, 'NONE'],
  ['os.environ/NONE', null, 'NONE'],
  ['sk-$plain', 'sk-$plain', null],
])('the reference %s is %s', (written, text, missing) => {
  const variables = { A: 'x', LINK: '${A}' }
  expect(resolveReferences(written, variables)).toEqual({ text, missing })
})

test('a reference to itself ends', () => {
  expect(resolveReferences('$A', { A: '${B}', B: '$A' }).missing).toBeNull()
})

test('YAML: merge keys are merged, own fields win, and of two equal keys the last counts', () => {
  const text = 'base: &b {key: k, rpm: 1}\none: {<<: *b, rpm: 2}\ntwo: {a: 1, a: 2}\n'
  expect(parseYaml({ path: 'x.yaml', text })).toMatchObject({ one: { key: 'k', rpm: 2 }, two: { a: 2 } })
})

test.each([
  [
    'a,b\n"1,5",2\n',
    [
      ['a', 'b'],
      ['1,5', '2'],
    ],
  ],
  [
    'a;b\r\n1,5;"2;3"\r\n',
    [
      ['a', 'b'],
      ['1,5', '2;3'],
    ],
  ],
  [
    'sep=;\r\na;b\r\n1;2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a\tb\n1\t2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\n"x""y",z',
    [
      ['a', 'b'],
      ['x"y', 'z'],
    ],
  ],
])('the CSV %j has its rows', (text, rows) => {
  expect(parseCsv({ path: 'x.csv', text })).toEqual(rows)
})

test.each([
  ['https://res.openai.azure.com/', 'https://res.openai.azure.com/openai/v1'],
  [
    'https://res.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=1',
    'https://res.openai.azure.com/openai/v1',
  ],
  ['https://res.services.ai.azure.com/models', 'https://res.services.ai.azure.com/openai/v1'],
])('an Azure resource at %s gets its v1 base', (url, base) => {
  expect(serviceAt(builtinProviders, url, 'openai').baseUrl).toBe(base)
})

test.each([
  ['http://192.168.1.5:8080/api', null],
  ['http://localhost:1234/api', null],
  ['http://localhost:11434/own', null],
  ['http://localhost:11434', 'http://localhost:11434/v1'],
  ['http://192.168.1.5:11434/api', 'http://192.168.1.5:11434/v1'],
])('the base URL %s is completed, and says so, only at the port of a model server', (url, own) => {
  const { baseUrl, note } = serviceAt(builtinProviders, url, 'openai')
  expect(baseUrl).toBe(own ?? url)
  expect(note).toBe(own === null ? undefined : `its base URL ${url} becomes ${own}`)
})

test('a service is custom until a provider has its host, and the provider once there is one', () => {
  const [first] = builtinProviders
  const xai = {
    ...first!,
    id: 'xai',
    needsBaseUrl: false,
    endpoints: [{ id: 'a', label: 'a', openai: 'https://api.x.ai/v1', anthropic: null }],
  }
  const others = builtinProviders.filter(({ id }) => id !== 'xai')
  expect(serviceCalled(others, 'xai')).toEqual({ provider: 'custom', baseUrl: 'https://api.x.ai/v1' })
  expect(
    serviceCalled(
      [...others, { ...xai, bases: () => ({ openai: 'https://api.x.ai/v1', anthropic: null }) }],
      'grok',
    ),
  ).toEqual({ provider: 'xai', baseUrl: null })
  expect(serviceCalled(others, 'no-such-service')).toBeNull()
})
