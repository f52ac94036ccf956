import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { allDocuments, document, isThere } from './documents.ts'

/** The relative links of a document. */
function linksIn(text: string): string[] {
  const prose = text.replaceAll(/^```[a-z]*\n[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, 'code')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https?|mailto):/.test(target))
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(allDocuments().map(({ file, text }) => [file, text]))(
  'every link in %s leads somewhere',
  (file, text) => {
    const dead = linksIn(text).filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : posix.join(posix.dirname(file), path)
      if (!isThere(target)) return true
      return anchor !== undefined && !anchorsIn(document(target)).includes(anchor)
    })
    expect(dead).toEqual([])
  },
)

test('every document can be reached from the README', () => {
  const reached = new Set<string>()
  const queue = ['README.md']
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file) || !file.endsWith('.md')) continue
    reached.add(file)
    for (const link of linksIn(document(file))) {
      queue.push(posix.join(posix.dirname(file), link.split('#')[0] ?? ''))
    }
  }
  const lost = allDocuments().filter(({ file }) => !reached.has(file))
  expect(lost.map(({ file }) => file)).toEqual([])
})

test('the README stays short enough to read at once', () => {
  expect(Buffer.byteLength(document('README.md'))).toBeLessThanOrEqual(9 << 10)
})
