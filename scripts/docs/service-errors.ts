// docs/reference/service-errors.md: the errors of every service, from the tables that decide.
import type { FailureExample } from '../../src/lib/provider/failures/failure-row.ts'
import {
  declinedRows,
  generalRows,
  statusRows,
  validationRows,
} from '../../src/lib/provider/failures/general.ts'
import { services } from '../../src/lib/provider/failures/services.ts'
import { code, table } from './markdown.ts'

const LONGEST_BODY = 150

/** A table for each service, and one for phrases of any service. */
export function serviceErrors(): string {
  const parts = services.map(({ label, rows, bodies }) =>
    [
      `### ${label}`,
      '',
      table(
        ['Meaning', 'Outcome', 'For example', 'Source'],
        [
          ...rows.map((row) => [row.about, code(row.class), exampleText(row.examples[0]), row.source]),
          ...bodies.map((body) => ['', code(body.class), exampleText(body), body.source]),
        ],
      ),
    ].join('\n'),
  )
  const general = [...validationRows, ...declinedRows, ...generalRows, ...statusRows].map((row) => [
    code(row.id),
    row.about,
    code(row.class),
    exampleText(row.examples[0]),
  ])
  return [
    ...parts,
    '### Any service',
    '',
    table(['Rule', 'Meaning', 'Outcome', 'For example'], general),
  ].join('\n\n')
}

function exampleText(example: FailureExample | undefined): string {
  if (example === undefined) return ''
  const { status, body } = example
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const short = text.length > LONGEST_BODY ? `${text.slice(0, LONGEST_BODY)}…` : text
  return `${status} ${code(short.replaceAll('`', "'").replaceAll(/\s+/g, ' '))}`
}
