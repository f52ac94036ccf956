// The meaning of each provider's errors, for docs/reference/providers/: the deciding rows as in the sources.
import { builtinProviders } from '../../src/lib/provider/builtin/index.ts'
import {
  declinedRows,
  generalRows,
  statusRows,
  validationRows,
} from '../../src/lib/provider/failures/general.ts'
import { findOwnRows } from '../../src/lib/provider/failures/services.ts'
import type { OutcomeRow } from '../../src/lib/provider/failures/outcome-row.ts'
import { resolveScope } from '../../src/lib/provider/failures/outcome-row.ts'
import { listCooldowns } from '../../src/lib/rotation/cooldowns/cooling.ts'
import { buildMember } from '../../src/lib/rotation/pool/member.ts'
import { routeKey } from '../../src/lib/rotation/rotation-request.ts'
import { code, table } from './markdown.ts'

/** A table for each provider with rows, and `general` for the fallback of all. */
export function outcomeTables(): Map<string, string> {
  const tables = new Map([
    ['general', outcomeTable([...validationRows, ...declinedRows, ...generalRows, ...statusRows])],
  ])
  for (const { id } of builtinProviders) {
    const rows =
      id === 'qwen-oauth'
        ? findOwnRows(id).filter((row) => !findOwnRows('qwen').includes(row))
        : findOwnRows(id)
    if (rows.length > 0) tables.set(id, outcomeTable(rows))
  }
  return tables
}

function outcomeTable(rows: readonly OutcomeRow[]): string {
  const hasMeanings = rows.some(({ about }) => about !== undefined)
  return table(
    ['Status', 'Code, type or words', ...(hasMeanings ? ['Meaning'] : []), 'Outcome', 'In cooldown'],
    rows.map((row) => [
      statusText(row),
      saidText(row),
      ...(hasMeanings ? [row.about ?? ''] : []),
      code(row.class),
      restText(row),
    ]),
  )
}

function statusText({ status }: OutcomeRow): string {
  if (typeof status !== 'function') return [status ?? []].flat().join(', ') || 'any'
  return [300, 400, 500]
    .filter((first) => status(first) && status(first + 99))
    .map((first) => `${first / 100}xx`)
    .join(', ')
}

function saidText({ code: codes, type, message, words }: OutcomeRow): string {
  const parts = [
    ...listWords(codes),
    ...listWords(type).map((text) => `type ${text}`),
    ...[message, words]
      .filter((pattern) => pattern !== undefined)
      .map((pattern) => `says ${patternText(pattern)}`),
  ]
  return parts.join(', ')
}

function listWords(matcher: OutcomeRow['code']): string[] {
  if (matcher === undefined) return []
  if (matcher instanceof RegExp) return [patternText(matcher)]
  return [matcher].flat().map(code)
}

/** Longer patterns are for programs: the meaning beside them is enough. */
const LONGEST_PATTERN = 90

/** A pattern for people: without its anchors. */
function patternText(pattern: RegExp): string {
  const text = pattern.source.replaceAll(/\\b|^\^|\$$/g, '').replaceAll('\\.', '.')
  return text.length > LONGEST_PATTERN ? 'one of many phrases' : code(text)
}

const ROUTE = routeKey({ route: '/responses' })

/** The things that such an outcome keeps out of use, by the rules of rotation. */
function restText(row: OutcomeRow): string {
  const outcome = { class: row.class, scope: resolveScope(row), until: null, code: null, message: '' }
  const [notice] = listCooldowns(outcome, {
    member: someone,
    model: 'm',
    route: ROUTE,
    strikes: 9,
    random: 0,
    now: 0,
  })
  if (notice === undefined) return 'nothing'
  const { account, quotaGroup } = someone.subjects
  const whose =
    notice.subject === account
      ? 'account'
      : notice.subject === quotaGroup
        ? 'account or quota group'
        : 'service'
  if (notice.model === ROUTE) return `${whose}, this endpoint`
  return notice.model === undefined ? whose : `${whose}, this model`
}

const someone = buildMember(
  {
    id: 'acc_1',
    user: 'local',
    provider: 'openai',
    name: 'work',
    groups: [],
    priority: 0,
    weight: 1,
    enabled: true,
    credential: { type: 'none' },
    limits: null,
    baseUrl: null,
    quotaGroup: 'org',
    egressProxy: null,
    models: null,
    createdAt: '',
    updatedAt: '',
  },
  builtinProviders[0]!,
)
