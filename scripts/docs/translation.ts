import type { Format } from '../../src/lib/provider/wire-format.ts'
import type { FieldRule, FieldRules } from '../../src/lib/translate/json-fields.ts'
import { settingKinds } from '../../src/lib/translate/neutral/settings.ts'
import { table } from './markdown.ts'
import {
  answerTables,
  embeddingTables,
  requestTables,
  settingTables,
} from '../../src/lib/translate/tables.ts'

const names: Readonly<Record<Format, string>> = {
  chat: 'chat completions',
  messages: 'Messages',
  responses: 'Responses',
  gemini: 'Gemini',
}

/** The pairs of a client's format and an account's. */
const formats = Object.keys(names) as Format[]
export const pairs = formats.flatMap((from) => formats.flatMap((to) => (from === to ? [] : [{ from, to }])))

/** Builds one table per pair, for `docs/reference/translation.md`. */
export function translationTables(): string {
  return [...pairs.map(pairTable), ...embeddingPairs(), ...formats.map(answerTable)].join('\n\n')
}

const HEAD = ['In', 'Translated', 'Left out and named', 'Left out', 'Refused']

function pairTable({ from, to }: { from: Format; to: Format }): string {
  const rows = Object.entries(requestTables[from]).map(([object, rules]) => row(object, rules, to))
  return `### A ${names[from]} request on an account of ${names[to]}\n\n${table(HEAD, rows)}`
}

function embeddingPairs(): string[] {
  const { embeddings, 'gemini-embeddings': gemini } = embeddingTables
  const title = (from: string, to: string) => `### A request for embeddings of ${from} on an account of ${to}`
  return [
    `${title('OpenAI', 'Gemini')}\n\n${table(HEAD, [row('embeddings', embeddings, null)])}`,
    `${title('Gemini', 'OpenAI')}\n\n${table(HEAD, [row('embeddings', gemini, null)])}`,
  ]
}

function answerTable(from: Format): string {
  const rows = [row('answer', answerTables[from], null)]
  return `### An answer of an account of ${names[from]}\n\n${table(HEAD, rows)}`
}

type Fate = 'translated' | 'named' | 'dropped' | 'refused'

function row(object: string, rules: FieldRules, to: Format | null): string[] {
  const cells: Record<Fate, string[]> = { translated: [], named: [], dropped: [], refused: [] }
  for (const [field, rule] of Object.entries(rules)) {
    const fate = fateFor(rule, to)
    const why = typeof rule === 'object' && 'refused' in rule ? ` (${rule.refused})` : ''
    cells[fate].push(`\`${field}\`${why}`)
  }
  const { translated, named, dropped, refused } = cells
  return [object, ...[translated, named, dropped, refused].map((list) => list.join(' · '))]
}

function fateFor(rule: FieldRule, to: Format | null): Fate {
  if (rule === 'taken') return 'translated'
  if (rule === 'hint') return 'named'
  if (rule === 'dropped') return 'dropped'
  if ('only' in rule) return to === null || rule.only.includes(to) ? 'translated' : 'dropped'
  if ('refused' in rule) return 'refused'
  if (to !== null && settingTables[to][rule.setting] !== undefined) return 'translated'
  return settingKinds[rule.setting] === 'hint' ? 'named' : 'refused'
}
