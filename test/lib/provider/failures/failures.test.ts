import { describe, expect, it, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import {
  EXAMPLE_NOW,
  type FailureExample,
  type FailureRow,
} from '../../../../src/lib/provider/failures/failure-row.ts'
import {
  declinedRows,
  generalRows,
  statusRows,
  validationRows,
} from '../../../../src/lib/provider/failures/general.ts'
import { findOwnRows, services } from '../../../../src/lib/provider/failures/services.ts'
import { resolveScope } from '../../../../src/lib/provider/failures/outcome-row.ts'
import { explainOutcome } from '../../../../src/lib/provider/failures/outcome-table.ts'
import type { Answer } from '../../../../src/lib/provider/provider.ts'

const now = Date.parse(EXAMPLE_NOW)

function makeAnswer({ status, body, headers = {} }: FailureExample): Answer {
  const isText = typeof body === 'string'
  return {
    status,
    header: (name) => headers[name],
    body: isText ? undefined : body,
    text: isText ? body : JSON.stringify(body),
    now,
  }
}

function verdict(example: FailureExample, own: readonly FailureRow[]) {
  const { outcome, row } = explainOutcome(makeAnswer(example), own)
  const ends = outcome.until === null ? null : new Date(outcome.until).toISOString()
  return { class: outcome.class, scope: outcome.scope, ends, id: (row as FailureRow).id }
}

const rows = services.flatMap((service) =>
  service.rows.flatMap((row) => row.examples.map((example) => ({ service, row, example }))),
)
const general = [...validationRows, ...declinedRows, ...generalRows, ...statusRows].flatMap((row) =>
  row.examples.map((example) => ({ row, example })),
)
const bodies = services.flatMap((service) => service.bodies.map((body) => ({ service, body })))

const named = (example: FailureExample) => `${example.status} ${JSON.stringify(example.body).slice(0, 90)}`

describe('what services say when they fail', () => {
  it.each(rows.map((entry) => [entry.row.id, named(entry.example), entry] as const))(
    'the row %s decides %s at its own service',
    (id, _, { service, row, example }) => {
      expect(verdict(example, service.rows)).toEqual({
        class: row.class,
        scope: resolveScope(row),
        ends: example.ends ?? null,
        id,
      })
    },
  )

  it.each(
    rows
      .filter(({ row }) => row.isOwn === undefined && row.isWeak !== true)
      .map((entry) => [entry.row.id, named(entry.example), entry] as const),
  )('what %s says means the same at any other provider: %s', (_, __, { row, example }) => {
    const said = { class: row.class, scope: resolveScope(row), ends: example.ends ?? null }
    for (const { id } of [{ id: 'custom' }, ...builtinProviders]) {
      if (id === 'qwen-oauth') continue // any 401 is a token to renew
      expect({ at: id, ...verdict(example, findOwnRows(id)) }).toMatchObject({ at: id, ...said })
    }
  })

  it.each(general.map((entry) => [entry.row.id, named(entry.example), entry] as const))(
    'the general row %s decides %s',
    (id, _, { row, example }) => {
      const found = verdict(example, [])
      expect(found).toMatchObject({ class: row.class, scope: resolveScope(row), ends: example.ends ?? null })
      expect([id, found.id]).toEqual([id, found.id])
    },
  )

  it.each(bodies.map((entry) => [entry.service.id, named(entry.body), entry] as const))(
    '%s: %s',
    (_, __, { service, body }) => {
      for (const own of [service.rows, []]) {
        expect(verdict(body, own)).toMatchObject({
          class: body.class,
          ends: body.ends ?? null,
          ...(body.scope === undefined ? {} : { scope: body.scope }),
        })
      }
    },
  )
})

test('every service and every row has a name of its own, a meaning and a source with its day', () => {
  const all = [
    ...services.flatMap((service) => service.rows),
    ...validationRows,
    ...declinedRows,
    ...generalRows,
    ...statusRows,
  ]
  const unique = [...new Set(all)]
  expect(unique.map(({ id }) => id).toSorted()).toEqual([...new Set(unique.map(({ id }) => id))].toSorted())
  for (const { id, about, source, examples } of unique) {
    expect([id, about !== '', /\(\d{4}-\d{2}\)/.test(source), examples.length > 0]).toEqual([
      id,
      true,
      true,
      true,
    ])
  }
})

test('there are bodies of every service that people put behind a custom account', () => {
  const count = rows.length + general.length + bodies.length
  expect(count).toBeGreaterThanOrEqual(150)
  for (const { id, rows, bodies } of services) {
    if (id !== 'qwen-oauth')
      expect([id, rows.flatMap(({ examples }) => examples).length + bodies.length >= 4]).toEqual([id, true])
  }
})
