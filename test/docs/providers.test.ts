import { expect, test } from 'vitest'
import { findOwnRows } from '../../src/lib/provider/failures/services.ts'
import { partNames } from '../../scripts/docs.ts'
import { builtinProviders } from '../../src/lib/provider/builtin/index.ts'
import { parseLimit } from '../../src/lib/quota/limit.ts'
import { allDocuments, codeIn, document } from './documents.ts'

const byId = builtinProviders.map((provider) => [provider.id, provider] as const)

test('every built-in provider has a page, and no page is of another', () => {
  const pages = allDocuments()
    .map(({ file }) => /^docs\/reference\/providers\/(.+)\.md$/.exec(file)?.[1])
    .filter((id) => id !== undefined)
  expect(pages.sort()).toEqual(builtinProviders.map(({ id }) => id).sort())
})

test('the index lists the providers in their order, each with its page', () => {
  const listed = [
    ...document('docs/reference/providers.md').matchAll(/^\| \[([^\]]+)\]\(providers\/([^)]+)\.md\) \|/gm),
  ]
  expect(listed.map(([, id]) => id)).toEqual(builtinProviders.map(({ id }) => id))
  expect(listed.map(([, , file]) => file)).toEqual(builtinProviders.map(({ id }) => id))
})

test.each(byId)(
  'the page of %s has its facts, limits, errors and terms, each in its place',
  (id, provider) => {
    const text = document(`docs/reference/providers/${id}.md`)
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual([id, 'Endpoints', 'Worth knowing', 'Limits', 'Errors', 'Terms'])
    const parts = [`provider-${id}`, ...(findOwnRows(id).length > 0 ? [`outcomes-${id}`] : []), `terms-${id}`]
    expect(partNames(text)).toEqual(parts)
    if (!provider.simulated) {
      for (const { openai, anthropic } of provider.endpoints) {
        for (const base of [openai, anthropic]) if (base !== null) expect(text).toContain(`\`${base}\``)
      }
    }
    for (const limit of [
      provider.defaultLimits,
      ...provider.endpoints.map(({ limits }) => limits ?? []),
    ].flat()) {
      expect(text).toContain(`\`${limit}\``)
    }
  },
)

test.each(byId)(
  'every limit, provider and endpoint that the page of %s shows can be given so',
  (id, provider) => {
    const cells = codeIn(document(`docs/reference/providers/${id}.md`))
    const limits = cells.flatMap((cell) =>
      [...cell.matchAll(/(?:--limit |^)(\d+[a-z-]*\/\S+)/g)].map(([, limit]) => limit),
    )
    for (const limit of limits) expect(() => parseLimit(limit ?? ''), limit).not.toThrow()
    for (const cell of cells) {
      const given = /\bauth add \S+ -p (\S+)(?: --base-url (\S+))?/.exec(cell)
      if (given === null) continue
      expect(given[1], cell).toBe(id)
      const endpoint = given[2]
      if (endpoint === undefined || /^https?:/.test(endpoint)) continue
      expect(
        provider.endpoints.map((one) => one.id),
        cell,
      ).toContain(endpoint)
    }
  },
)

test('the page of Coding Plan says what the code counts, in its own words too', () => {
  const text = document('docs/reference/providers/qwen.md').replaceAll(/\s+/g, ' ')
  const plan = builtinProviders[0]?.endpoints.find(({ id }) => id === 'coding-intl')
  expect(plan?.limits).toEqual(['6000/5h', '45000/week@Asia/Shanghai'])
  expect(text).toContain('6000 requests in any 5 hours and 45,000 in a week')
  expect(text).toContain('The week begins on Monday at 00:00 in Shanghai')
})
