import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findRequest } from '../../../../src/lib/observe/requests/find-requests.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

function givenLogs(...lines: object[]): string {
  const folder = join(temporaryFolder(), 'logs')
  mkdirSync(folder)
  writeFileSync(join(folder, 'proxy.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return folder
}

const line = (requestId: string, more: object = {}) => {
  const time = '2026-11-30T10:00:00.000Z'
  return { level: 'info', time, kind: 'request', requestId, outcome: 'ok', attempts: 0, ...more }
}

test('an id finds its own request, not one that names it elsewhere', async () => {
  const folder = givenLogs(line('abc'), line('abcd', { model: 'abc' }))
  expect(await findRequest({ folder, viewer: null }, 'abc')).toMatchObject({ id: 'abc' })
  expect(await findRequest({ folder, viewer: null }, 'ab')).toBeNull()
  expect(await findRequest({ folder, viewer: null }, '')).toBeNull()
})

test('the search for an id reads a bounded part of the log', async () => {
  const folder = givenLogs(line('old'), ...Array.from({ length: 3000 }, (_, index) => line(`r${index}`)))
  expect(await findRequest({ folder, viewer: null }, 'old')).toMatchObject({ id: 'old' })
  expect(await findRequest({ folder, viewer: null }, 'old', 64 << 10)).toBeNull()
  expect(await findRequest({ folder, viewer: null }, 'r2999', 64 << 10)).toMatchObject({ id: 'r2999' })
})
