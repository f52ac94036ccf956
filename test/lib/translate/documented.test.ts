import { describe, expect, test } from 'vitest'
import * as anthropicContent from '../../../src/lib/translate/from-anthropic/content.ts'
import * as anthropicMessages from '../../../src/lib/translate/from-anthropic/messages.ts'
import * as anthropicRequest from '../../../src/lib/translate/from-anthropic/request.ts'
import * as anthropicTools from '../../../src/lib/translate/from-anthropic/tools.ts'
import * as openaiContent from '../../../src/lib/translate/from-openai/content.ts'
import * as openaiMessages from '../../../src/lib/translate/from-openai/messages.ts'
import * as openaiRequest from '../../../src/lib/translate/from-openai/request.ts'
import * as openaiTools from '../../../src/lib/translate/from-openai/tools.ts'
import { findHabits } from '../../../src/lib/translate/habits.ts'
import { builtinProviders } from '../../../src/lib/provider/builtin/index.ts'
import type { FieldRules } from '../../../src/lib/translate/json-fields.ts'
import { document } from '../../docs/documents.ts'

const page = document('docs/reference/translation.md')

function section(title: string): string {
  return page.split(`## ${title}`)[1]?.split('\n## ')[0] ?? ''
}

/** The fields that the tables of these files know, by what happens to them; what every object has is left out. */
function fieldsIn(...files: object[]): { field: string; isDropped: boolean }[] {
  const tables = files.flatMap((file) =>
    Object.entries(file).flatMap(([name, value]) => (name.endsWith('Rules') ? [value as FieldRules] : [])),
  )
  return tables
    .flatMap((table) =>
      Object.entries(table).map(([field, rule]) => ({ field, isDropped: rule === 'dropped' })),
    )
    .filter(({ field }) => !['type', 'role', 'function', 'url', 'file'].includes(field))
}

/** Alone or as part of a path, as code. */
function isNamed(text: string, field: string): boolean {
  return new RegExp(`\`[^\`\n]*\\b${field}\\b[^\`\n]*\``).test(text)
}

describe.each([
  [
    'A Messages request on an account of chat completions',
    fieldsIn(anthropicContent, anthropicMessages, anthropicRequest, anthropicTools),
  ],
  [
    'A chat completion on an account of Messages',
    fieldsIn(openaiContent, openaiMessages, openaiRequest, openaiTools),
  ],
])('docs/reference/translation.md, "%s"', (title, fields) => {
  const text = section(title)

  test('names every field', () => {
    expect(fields.length).toBeGreaterThan(30)
    const missing = fields.filter(({ field }) => !isNamed(text, field))
    expect(missing).toEqual([])
  })

  test('says of every field that is left out why', () => {
    const table = text.split('| Left out ')[1]?.split('\n\n')[0] ?? ''
    const missing = fields.filter(({ field, isDropped }) => isDropped && !isNamed(table, field))
    expect(missing).toEqual([])
  })
})

test('docs/reference/translation.md says of every service what it takes', () => {
  const rows = section('What services differ in').split('\n')
  const others = rows.find((row) => row.startsWith('| others'))!
  for (const { id } of builtinProviders) {
    const row = rows.find((one) => one.includes(`| \`${id}\``) || one.includes(`, \`${id}\` |`)) ?? others
    const { maxTokens, thinking, thinkingBack, takesUser } = findHabits(id)
    const [, , limit, ask, back, user] = row.split('|').map((cell) => cell.trim())
    expect({ id, limit }).toEqual({ id, limit: `\`${maxTokens}\`` })
    expect({ id, ask }).toEqual({
      id,
      ask: thinking === 'none' ? 'not at all' : expect.stringContaining(thinking),
    })
    expect({ id, back }).toEqual({ id, back: thinkingBack === 'none' ? 'not at all' : `\`${thinkingBack}\`` })
    expect({ id, user }).toEqual({ id, user: takesUser ? 'yes' : 'no' })
  }
})
