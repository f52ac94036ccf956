// Bodies as people report them, one a line, in a file for each outcome. A body means the same at the account of its
// own service and at a `custom` account. `providers explain` says the meaning of a new one.
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { isEmptyAnswer, isErrorFrame } from '../../../../src/lib/provider/failures/error-frame.ts'
import { EXAMPLE_NOW } from '../../../../src/lib/provider/failures/failure-row.ts'
import type { Answer } from '../../../../src/lib/provider/provider.ts'

interface ReportedBody {
  provider: string
  status: number
  headers?: Record<string, string>
  /** A text is a body that is not JSON, or JSON of a text alone. */
  body: unknown
  class: string
  /** The class at the account of the service itself, where it differs. */
  own?: string
  /** The place where the body was reported or documented; left out: for older bodies, in the history of this file. */
  source?: string
  /** The end, RFC 3339, read at `EXAMPLE_NOW`; left out: none. */
  ends?: string
}

const now = Date.parse(EXAMPLE_NOW)
const folder = new URL('bodies/', import.meta.url)

function makeAnswer({ status, headers = {}, body }: ReportedBody): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return {
    status,
    header: (name) => headers[name],
    body: typeof body === 'string' && !body.startsWith('"') ? undefined : JSON.parse(text),
    text,
    now,
  }
}

function outcomeAt(provider: string, reported: ReportedBody) {
  const found = builtinProviders.find(({ id }) => id === provider)!.outcome(makeAnswer(reported))
  return { class: found.class, ends: found.until === null ? null : new Date(found.until).toISOString() }
}

const files = readdirSync(folder).map((file) => ({
  outcome: basename(file, '.ndjson'),
  bodies: readFileSync(new URL(file, folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ReportedBody),
}))

describe.each(files)('$outcome', ({ outcome, bodies }) => {
  it.each(bodies.map((body) => [body.provider, body.status, JSON.stringify(body.body).slice(0, 90), body]))(
    '%s says it with %i %s',
    (provider, _status, _text, reported) => {
      const ends = reported.ends ?? null
      expect(outcomeAt('custom', reported)).toEqual({ class: outcome, ends })
      expect(outcomeAt(provider, reported)).toEqual({ class: reported.own ?? outcome, ends })
    },
  )
})

test('no body under 200 is taken for an answer, whole or as the first frame of a stream', () => {
  const under200 = files.flatMap(({ bodies }) => bodies).filter(({ status }) => status < 300)
  expect(under200.length).toBeGreaterThan(30)
  // A page in place of an answer is no JSON: the proxy refuses it before it reads it.
  for (const { body } of under200.filter((one) => typeof one.body !== 'string')) {
    expect([body, isErrorFrame(null, body) || isEmptyAnswer(body)]).toEqual([body, true])
  }
})
