import { describe, expect, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { findHabits } from '../../../../src/lib/translate/habits.ts'
import { answerTables, embeddingTables, requestTables } from '../../../../src/lib/translate/tables.ts'
import { document } from '../../../docs/documents.ts'

const page = document('docs/reference/translation.md')

describe.each(Object.entries(requestTables))('docs/reference/translation.md, requests of %s', (_, tables) => {
  test.each(Object.entries(tables))('names every field of %s', (object, rules) => {
    const rows = page.split('\n').filter((line) => line.startsWith(`| ${object} `))
    expect(rows.length).toBeGreaterThan(0)
    for (const field of Object.keys(rules))
      expect(rows.some((row) => row.includes(`\`${field}\``))).toBe(true)
  })
})

test.each(Object.entries(embeddingTables))(
  'docs/reference/translation.md names the fields of requests for %s',
  (_, rules) => {
    const rows = page.split('\n').filter((line) => line.startsWith('| embeddings '))
    for (const field of Object.keys(rules))
      expect(rows.some((row) => row.includes(`\`${field}\``))).toBe(true)
  },
)

test.each(Object.entries(answerTables))(
  'docs/reference/translation.md names the answers of %s',
  (_, rules) => {
    const rows = page.split('\n').filter((line) => line.startsWith('| answer '))
    for (const field of Object.keys(rules))
      expect(rows.some((row) => row.includes(`\`${field}\``))).toBe(true)
  },
)

test('docs/reference/translation.md says of every service what it takes', () => {
  const rows = page.split('## What services differ in')[1]!.split('\n')
  const others = rows.find((row) => row.startsWith('| others'))!
  for (const { id } of builtinProviders) {
    const row = rows.find((one) => one.includes(`| \`${id}\``) || one.includes(`, \`${id}\` |`)) ?? others
    const { maxTokens, thinking, mostEffort, thinkingBack, takesUser } = findHabits(id)
    const [, , limit, ask, most, back, user] = row.split('|').map((cell) => cell.trim())
    expect({ id, limit }).toEqual({ id, limit: `\`${maxTokens}\`` })
    expect({ id, ask }).toEqual({
      id,
      ask: expect.stringContaining(thinking),
    })
    expect({ id, most }).toEqual({ id, most: thinking === 'reasoning_effort' ? `\`${mostEffort}\`` : '-' })
    expect({ id, back }).toEqual({ id, back: thinkingBack === 'none' ? 'not at all' : `\`${thinkingBack}\`` })
    expect({ id, user }).toEqual({ id, user: takesUser ? 'yes' : 'no' })
  }
})
