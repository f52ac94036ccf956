import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { plainVariables } from '../../scripts/docs/settings.ts'
import { errorKinds } from '../../src/lib/base/errors.ts'
import * as api from '../../src/index.ts'
import { buildRegistry } from '../../src/lib/provider/registry.ts'
import { metrics, parseLimit, parseWindow } from '../../src/lib/quota/limit.ts'
import { outcomeClasses } from '../../src/lib/quota/log/events.ts'
import { strategyNames } from '../../src/lib/rotation/strategies/strategies.ts'
import { settingsTable } from '../../src/lib/toolkit/settings/settings-table.ts'
import { allDocuments, codeIn, document, shippedSources } from './documents.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

const VARIABLE = /\bQWENCTL_[A-Z_]*[A-Z]\b/g

/** Variables that qwenctl gives to the commands of notices and jobs, and `npm run demo` to the demo. */
function isGiven(name: string): boolean {
  return /^QWENCTL_(?:NOTICE\w*|SYSTEM_NODE|ACCOUNT|ACCOUNT_FOLDER|JOB|SLOT|LATE)$/.test(name)
}

const variables = new Set([
  ...settingsTable.map(({ variable }) => variable),
  ...plainVariables.map(({ name }) => name),
])

function found(text: string, pattern: RegExp): string[] {
  const names = [...text.matchAll(pattern)].map(([match]) => match)
  return [...new Set(names)].filter((name) => !isGiven(name)).sort()
}

test('the variables that the sources read are those that docs/reference/configuration.md lists', () => {
  const read = shippedSources().flatMap((text) => found(text, VARIABLE))
  expect([...new Set(read)].sort()).toEqual(
    [...variables].filter((name) => name.startsWith('QWENCTL_')).sort(),
  )
})

test('no document names a variable that does not exist', () => {
  for (const { file, text } of allDocuments()) {
    expect(
      found(text, VARIABLE).filter((name) => !variables.has(name) && !isGiven(name)),
      file,
    ).toEqual([])
  }
})

test('docs/reference/errors.md has a row for every error code, and none besides', () => {
  const rows = [...document('docs/reference/errors.md').matchAll(/^\| `([a-z_]+)` \|/gm)].map(
    ([, code]) => code,
  )
  expect(rows).toEqual(Object.keys(errorKinds))
})

test('the errors of the proxy that docs/guide/proxy.md lists have the statuses of the table', () => {
  const section = document('docs/guide/proxy.md').split('## Errors')[1] ?? ''
  const rows = [...section.matchAll(/^\| (`[^|]+`) \| ([\d, ]+) \|/gm)]
  expect(rows.length).toBeGreaterThan(8)
  for (const [, names = '', statuses = ''] of rows) {
    const codes = names.split(', ').map((name) => name.replaceAll('`', '')) as (keyof typeof errorKinds)[]
    expect(codes.map((code) => errorKinds[code].status).join(', '), names).toBe(statuses)
  }
})

test.each([
  ['docs/guide/proxy.md', strategyNames],
  ['docs/guide/failover.md', outcomeClasses],
  ['docs/guide/plugins.md', outcomeClasses],
  ['docs/guide/plugins.md', Object.keys(api)],
  ['docs/guide/limits.md', metrics],
  [
    'docs/internals/ledger.md',
    ['reserve', 'settle', 'limits', 'learn', 'forget', 'reset', 'cool', 'clear', 'close'],
  ],
])('%s names %j', (file, names) => {
  const text = document(file)
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
})

test('every setting that a document names in qwenctl config exists', () => {
  const keys = [...settingsTable.map(({ key }) => key), 'adminToken']
  for (const { file, text } of allDocuments()) {
    const named = codeIn(text).flatMap((code) =>
      [...code.matchAll(/\bqwenctl config (?:get|set) ([a-z][\w.]*)/g)].map((match) => match[1] ?? ''),
    )
    expect(
      named.filter((key) => !keys.includes(key) && !/^(aliases|prices|caps)\./.test(key)),
      file,
    ).toEqual([])
  }
})

test('every limit and window that docs/guide/limits.md and the README show can be read', () => {
  const cells = ['docs/guide/limits.md', 'README.md'].flatMap((file) => codeIn(document(file)))
  const limits = cells.filter((cell) => /^\d+[a-z-]*\/\d*[a-z]/.test(cell))
  expect(limits.length).toBeGreaterThan(8)
  for (const limit of limits) expect(() => parseLimit(limit), limit).not.toThrow()
  const windows = cells.filter((cell) => /^(day|week|month|\d+h)@[\w/-]+$/.test(cell))
  expect(windows.length).toBeGreaterThan(4)
  for (const window of windows) expect(() => parseWindow(window), window).not.toThrow()
})

test('the hook that docs/guide/plugins.md shows registers its provider', async () => {
  const block = /^```js\n([\s\S]*?)^```/m.exec(document('docs/guide/plugins.md'))?.[1] ?? ''
  const folder = temporaryFolder()
  const file = join(folder, 'providers.mjs')
  writeFileSync(file, block)
  const { default: hook } = (await import(pathToFileURL(file).href)) as {
    default: (options: { apiVersion: number }) => Promise<unknown>
  }
  const registry = buildRegistry([{ plugin: 'acme', providers: await hook({ apiVersion: 1 }) }], [])
  expect(registry.problems).toEqual([])
  expect(registry.get('acme').defaultLimits).toEqual(['1000/day', '60/minute'])
})
