import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closeLogs, openAllLogs } from '../../../../src/lib/observe/logs/open-logs.ts'
import { readBackwards } from '../../../../src/lib/observe/requests/log-backwards.ts'
import { findRequest, listRequests } from '../../../../src/lib/observe/requests/find-requests.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const names = [
  'proxy-20261101T000000000Z-1-000001.ndjson',
  'proxy-20261102T000000000Z-1-000002.ndjson',
  'proxy.ndjson',
]

function givenLogs(files: readonly string[]): string {
  const folder = join(temporaryFolder(), 'logs')
  mkdirSync(folder)
  files.forEach((text, index) => writeFileSync(join(folder, names[index] ?? ''), text))
  return folder
}

async function readAll(folder: string, after: string | null = null) {
  const logs = openAllLogs(folder)
  const lines = []
  for await (const block of readBackwards(logs, after)) lines.push(...block.lines)
  closeLogs(logs)
  return lines
}

const request = (id: string, more: object = {}) =>
  JSON.stringify({
    level: 'info',
    time: '2026-11-22T10:00:00.000Z',
    pid: 1,
    kind: 'request',
    requestId: id,
    clientKey: null,
    onlyUser: null,
    outcome: 'ok',
    user: 'alice',
    provider: 'custom',
    account: 'a',
    attempts: 1,
    tried: ['custom/a ok'],
    latencyMs: 5,
    ...more,
  })

test('lines come backwards, each once, from any position, whatever their lengths', async () => {
  const lines = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 80, max: 300_000 })), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { minLength: 1, maxLength: 3 }), async (files) => {
      const texts = files.map((file, at) =>
        file.map(([salt, length], index) => `${at}.${index}.${salt} ${'x'.repeat(length)}`),
      )
      const folder = givenLogs(texts.map((file) => file.map((line) => `${line}\n`).join('')))
      const wanted = texts.flat().reverse()
      const all = await readAll(folder)
      expect(all.map(({ text }) => text)).toEqual(wanted)
      for (const [index, { position }] of all.entries())
        expect((await readAll(folder, position)).length).toBe(wanted.length - index - 1)
    }),
    { numRuns: 15 },
  )
})

test('a line without its end is not there yet, and a position in a removed file has nothing before it', async () => {
  const folder = givenLogs([`${request('r1')}\n${request('r2')}`])
  expect((await readAll(folder)).length).toBe(1)
  expect(await readAll(folder, '1.1.1')).toEqual([])
})

test('pages of any size have together what one page has', async () => {
  const ids = Array.from({ length: 23 }, (_, index) => `r${index}`)
  const noise = JSON.stringify({
    level: 'warn',
    time: '2026-11-22T10:00:00.000Z',
    kind: 'trouble',
    message: 'x',
  })
  const folder = givenLogs([
    ids
      .slice(0, 9)
      .map((id) => `${request(id)}\n${noise}\n`)
      .join(''),
    ids
      .slice(9)
      .map((id) => `${request(id)}\n`)
      .join(''),
  ])
  for (const limit of [1, 2, 7, 22, 23, 24]) {
    const found: string[] = []
    let after: string | null = null
    do {
      const page = await listRequests({ folder, viewer: null }, {}, { after, limit })
      expect(page.requests.length).toBeLessThanOrEqual(limit)
      found.push(...page.requests.map(({ id }) => id))
      after = page.next
    } while (after !== null)
    expect(found, `limit ${limit}`).toEqual(ids.toReversed())
  }
})

test('an older version may have written fewer fields: they are null', async () => {
  const old = JSON.stringify({
    level: 'info',
    time: '2026-11-22T10:00:00.000Z',
    kind: 'request',
    requestId: 'r',
  })
  const found = await findRequest({ folder: givenLogs([`${old}\n`]), viewer: null }, 'r')
  expect(found).toMatchObject({ id: 'r', account: null, attempts: [], costUsd: null, status: null })
})
