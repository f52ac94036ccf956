import { beforeAll, expect, test } from 'vitest'
import { documents, generatedParts, partNames, withParts } from '../../scripts/docs.ts'
import { binary } from '../support/cli.ts'
import { allDocuments, document, root } from './documents.ts'

let parts: ReadonlyMap<string, string>

beforeAll(async () => {
  parts = await generatedParts(root, binary)
}, 300_000) // a busy machine needs minutes for a hundred starts

test.each(documents)('%s has its generated parts as the program is now (else: npm run docs)', (file) => {
  expect(document(file)).toBe(withParts(document(file), parts))
})

test('some document has every part that is generated', () => {
  const placed = documents.flatMap((file) => partNames(document(file)))
  expect([...parts.keys()].filter((name) => !placed.includes(name))).toEqual([])
})

test('no document outside the list has generated parts', () => {
  const others = allDocuments().filter(({ file }) => !documents.some((known) => known === file))
  expect(others.filter(({ text }) => partNames(text).length > 0).map(({ file }) => file)).toEqual([])
})

test('no part shows a key or a place of this machine', () => {
  for (const [name, text] of parts) {
    expect(text, name).not.toMatch(/sk-\w{8}/)
    expect(text, name).not.toContain(root)
  }
})
