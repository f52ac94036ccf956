import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ModelBook } from '../../../../src/lib/toolkit/models/model-book.ts'
import { accountRecord } from '../../../support/account-record.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const DAY_MS = 86_400_000
const NOON = Date.parse('2026-11-22T12:00:00Z')

function given() {
  const cacheFolder = temporaryFolder()
  const clock = { now: NOON }
  const book = () => new ModelBook({ cacheFolder }, () => clock.now)
  return { book, clock, file: join(cacheFolder, 'models.json') }
}

const account = accountRecord({ name: 'a' })
const sibling = accountRecord({ name: 'b' })

test('an answer for a known model, also of another account of the service, writes nothing', async () => {
  const { book, clock, file } = given()
  const first = book()
  first.noteAnswer(account, 'm1')
  await first.close()
  const written = readFileSync(file, 'utf8')
  const { ino } = statSync(file)

  clock.now += DAY_MS
  const later = book()
  await later.read()
  for (const each of [account, sibling, account]) later.noteAnswer(each, 'm1')
  await later.close()
  expect(readFileSync(file, 'utf8')).toBe(written)
  expect(statSync(file).ino).toBe(ino)
  expect([...later.readAnswered(sibling).keys()]).toEqual(['m1'])
})

test('an answer for a new model, or for one whose proof has ended, is written', async () => {
  const { book, clock } = given()
  const first = book()
  first.noteAnswer(account, 'm1')
  await first.close()

  clock.now += 31 * DAY_MS
  const later = book()
  await later.read()
  expect(later.readAnswered(account).size).toBe(0)
  later.noteAnswer(account, 'm1')
  later.noteAnswer(account, 'm2')
  await later.close()
  const last = book()
  await last.read()
  expect([...last.readAnswered(account)]).toEqual([
    ['m1', clock.now],
    ['m2', clock.now],
  ])
})

test('without an answer or a list, no file is written', async () => {
  const { book, file } = given()
  await book().close()
  expect(existsSync(file)).toBe(false)
})
