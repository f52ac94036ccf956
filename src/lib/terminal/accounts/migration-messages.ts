import type { Column } from '../format/table.ts'
import { cutToWidth, printable } from '../format/text-width.ts'
import type { AddedView, MigrationView, PlanRowView } from '../../toolkit/migrate/views.ts'
import { formatCount } from '../../base/text/count-noun.ts'
import type { Look } from '../quota/quota-table.ts'

export const planColumns: Column[] = [
  { header: 'FROM' },
  { header: 'ACCOUNT' },
  { header: 'CREDENTIAL' },
  { header: 'PLAN' },
  { header: 'NOTE' },
]

/** The row of a credential: its source, its name here, and the result. */
export function planRows({ plan }: MigrationView, look: Look): string[][] {
  return plan.map((row) => [
    printable(row.source),
    cutToWidth(printable(`${row.provider ?? '?'}/${row.name}`), 40),
    row.auth?.hint ?? '',
    actionCell(row, look),
    printable(noteParts(row).join('; ')),
  ])
}

function actionCell(row: PlanRowView, { palette }: Look): string {
  if (row.action === 'add') return palette.good('add')
  return row.action === 'present' ? palette.quiet('already there') : palette.warn('not imported')
}

/**
 * The aliases, the next step, and, where the terminal may cut the notes of the table, all details. For stderr.
 */
export function formatPlan(view: MigrationView, { isCut }: { isCut: boolean }): string {
  const { plan, aliases, looked, dryRun } = view
  if (plan.length === 0) {
    if (looked.length === 0)
      return 'No credentials were found: no file there has a name that a tool gives it. Name a file with --from FILE.'
    return ['No credentials were found. Searched:', ...looked.map((file) => `  ${printable(file)}`)].join(
      '\n',
    )
  }
  const count = plan.filter(({ action }) => action === 'add').length
  const lines = [
    ...(isCut ? plan.flatMap(formatRow) : []),
    ...aliases.map(formatAlias),
    ...view.settings.map(formatListSetting),
  ]
  const isAlias = aliases.some(({ action }) => action === 'add')
  if (count === 0 && !isAlias) lines.push('Nothing to import.')
  else if (dryRun) lines.push(`${formatCount(count, 'account')} would be imported. Nothing was changed.`)
  return lines.join('\n')
}

function formatRow(row: PlanRowView): string[] {
  const said = noteParts(row)
  const head = `${row.provider ?? '?'}/${row.name}`
  const file = row.file === 'environment' ? '' : ` (${row.file})`
  return said.length === 0 ? [] : [printable(`${head}${file}: ${said.join('; ')}`)]
}

function noteParts(row: PlanRowView): string[] {
  return [...(row.reason === null ? [] : [row.reason]), ...formatSetting(row), ...row.notes]
}

function formatAlias({ action, name, models, reason }: MigrationView['aliases'][number]): string {
  const note = action === 'add' ? '' : ` (${reason ?? ''})`
  return printable(`alias ${name}: ${models.join(', ')}${note}`)
}

function formatListSetting({ key, value, reason }: MigrationView['settings'][number]): string {
  return `setting ${key}: ${value}${reason === null ? '' : ` (not imported: ${reason})`}`
}

function formatSetting(row: PlanRowView): string[] {
  if (row.action !== 'add') return []
  const { limits, groups, priority, weight, egressProxy, models, aliases, label, countsToday } = row
  return [
    ...(row.baseUrl === null ? [] : [`at ${row.baseUrl}`]),
    ...(limits.length === 0 ? [] : [`limits ${limits.join(', ')}`]),
    ...(groups.length === 0 ? [] : [`groups ${groups.join(', ')}`]),
    ...(priority === 0 ? [] : [`priority ${priority}`]),
    ...(weight === 1 ? [] : [`weight ${weight}`]),
    ...(egressProxy === null ? [] : [`through ${egressProxy}`]),
    ...(models === null ? [] : [`models ${models.join(', ')}`]),
    ...(row.hasSchedule ? ['its schedule becomes a job'] : []),
    ...(aliases.length === 0
      ? []
      : [`aliases ${aliases.map((one) => `${one.name} = ${one.model}`).join(', ')}`]),
    ...(label === null ? [] : [`label ${label}`]),
    ...(row.enabled ? [] : ['disabled there, so disabled here']),
    ...(countsToday === null
      ? []
      : [`${formatCount(countsToday.requests, 'request')} of today are counted already`]),
  ]
}

/** The result of an import; null: nothing was imported. */
export function formatResult(added: AddedView[]): string | null {
  if (added.length === 0) return null
  const failed = added.filter(({ error }) => error !== null)
  const lines = failed.map(({ provider, name, error }) => `${provider}/${name} was not imported: ${error}`)
  const count = added.length - failed.length
  for (const { provider, name, left } of added.filter((one) => one.left.length > 0)) {
    lines.push(`${provider}/${name}: left in place, since they hold credentials: ${left.join(', ')}`)
  }
  for (const { provider, name, jobNote } of added.filter(({ jobNeedsTask }) => !jobNeedsTask))
    if (jobNote !== null) lines.push(`${provider}/${name}: ${jobNote}`)
  lines.push(
    ...formatPaused(added.flatMap(({ job, jobNeedsTask }) => (jobNeedsTask && job !== null ? [job] : []))),
  )
  if (count > 0) lines.push(`Imported ${formatCount(count, 'account')}. Next: qwenctl auth verify.`)
  return lines.join('\n')
}

/** The next step of jobs that came with a schedule and without a task. */
function formatPaused(jobs: string[]): string[] {
  const [first] = jobs
  if (first === undefined) return []
  const subject = jobs.length === 1 ? `The job ${first} is` : `${jobs.length} jobs are`
  const rest = jobs.length === 1 ? [] : [`  The jobs: ${jobs.join(', ')}`]
  return [
    `${subject} paused until ${jobs.length === 1 ? 'it has a task' : 'each has a task'}. For ${first}:`,
    `  qwenctl jobs set ${first} -- COMMAND`,
    `  qwenctl jobs resume ${first}`,
    ...rest,
  ]
}
