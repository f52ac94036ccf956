import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lookUpIn } from '../../../../src/lib/toolkit/jobs/runner/account-values.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

function listKeywords(text: string, name = 'keyword', runs = 4): (string | null)[] {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'keywords.yaml'), text)
  return Array.from({ length: runs }, (_, index) => lookUpIn({ folder, values: {}, number: index + 1 })(name))
}

test.each([
  ['a list', '- kuota\n- promo\n'],
  ['a list under keywords', 'keywords: [kuota, promo]\n'],
  ['lists under names', 'data: [kuota]\nsales: [promo]\n'],
  ['lists under names under keywords', 'keywords:\n  data: [kuota]\n  sales: [promo]\n'],
])('each run gets the next keyword of %s', (_, text) => {
  expect(listKeywords(text)).toEqual(['kuota', 'promo', 'kuota', 'promo'])
})

test('a named list has its own turn', () => {
  const text = 'data: [kuota, 5]\nsales: [promo]\n'
  expect(listKeywords(text, 'keyword.data', 3)).toEqual(['kuota', '5', 'kuota'])
  expect(listKeywords(text, 'keyword.sales', 2)).toEqual(['promo', 'promo'])
  expect(listKeywords(text, 'keyword.other', 1)).toEqual([null])
})

test('an empty file has no keyword', () => {
  for (const text of ['', '[]', '{}', 'keywords: []'])
    expect(listKeywords(text, 'keyword', 1)).toEqual([null])
})
