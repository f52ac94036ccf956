// Completion of a partial command line. Pure except for the names, which are requested only where a name can
// follow. `scripts.ts` has the scripts of the shells.

import type { NameKind } from '../../toolkit/direct-names.ts'
import { lookUp } from '../../base/text/look-up.ts'

/** The commands in `dist/completion.json`, which the build writes from oclif's view of them. */
export interface CommandTable {
  commands: CommandEntry[]
  /** Topics, with spaces between words: `auth`. */
  topics: Record<string, string>
}

export interface CommandEntry {
  /** `auth add`; an alias has a separate entry. */
  words: string
  summary: string
  args: { name: string; options: string[]; multiple: boolean }[]
  flags: FlagEntry[]
}

export interface FlagEntry {
  name: string
  char: string | null
  summary: string
  takesValue: boolean
  multiple: boolean
  /** Separates several values in one word; null: the command takes the word as one value. */
  delimiter: string | null
  options: string[]
}

export interface Candidate {
  value: string
  summary: string
  /** The full reference of the account that the value names: several values may name one account. */
  account?: string
}

/** The restriction of names by earlier words of the line. */
interface NameFilter {
  user?: string
  provider?: string
  /** The setting that gets a value. */
  setting?: string
}

/** Called at most once per completion, and only if a name of that kind can be at the cursor. */
export type NameSource = (kind: NameKind, filter: NameFilter) => Promise<Candidate[]>

export interface Completion {
  candidates: Candidate[]
  /** True: the shell completes file names here. */
  files: boolean
}

const nameKinds: Record<string, NameKind> = {
  account: 'account',
  accounts: 'account',
  archived: 'archived',
  template: 'template',
  group: 'group',
  groups: 'group',
  provider: 'provider',
  user: 'user',
  key: 'setting',
  'client-key': 'key',
  job: 'job',
  batch: 'batch',
  model: 'model',
  models: 'model',
  value: 'setting-value',
}
const fileFlags = new Set(['key-file', 'from', 'file'])
/** Flags with a file that share their name with an argument or with a flag of other commands. */
const filesOf: Record<string, ReadonlySet<string>> = {
  jobs: new Set(['batch', 'template', 'out']),
  batch: new Set(['out', 'errors']),
}

/** Flags of `qwenctl` without a command. */
const rootFlags: readonly Candidate[] = [
  { value: '--help', summary: 'show help' },
  { value: '--version', summary: 'show the version' },
]

/** The candidates for the last word of `words` (empty: nothing typed yet), given the words before it. */
export async function complete(words: string[], table: CommandTable, names: NameSource): Promise<Completion> {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  if (before[0] === 'help' && !current.startsWith('-'))
    return matching(current, formatNext(before.slice(1), table))
  const command = findCommand(before, table)
  if (command === null) {
    const flags = before.length === 0 ? rootFlags : []
    return matching(current, [...formatNext(before, table), ...flags])
  }
  const rest = before.slice(command.words.split(' ').length)
  if (rest.includes('--')) return nothing()
  const completion = await completeIn({ command, rest, current, names })
  if (rest.length > 0) return completion
  // `plugins` is a command, and the first word of other commands.
  const longer = matching(current, formatNext(before, table)).candidates
  return { ...completion, candidates: [...longer, ...completion.candidates] }
}

interface Place {
  command: CommandEntry
  /** Words after the command, before the cursor. */
  rest: string[]
  current: string
  names: NameSource
}

async function completeIn(place: Place): Promise<Completion> {
  const { command, rest, current } = place
  const awaiting = flagCalled(command, rest.at(-1))
  if (awaiting?.takesValue === true) return flagValues(awaiting, current, place)

  const equals = current.indexOf('=')
  if (current.startsWith('--') && equals > 0) {
    const flag = flagCalled(command, current.slice(0, equals))
    if (flag?.takesValue !== true) return nothing()
    const found = await flagValues(flag, current.slice(equals + 1), place)
    const candidates = found.candidates.map((one) => ({
      ...one,
      value: current.slice(0, equals + 1) + one.value,
    }))
    return { candidates, files: found.files }
  }
  if (current.startsWith('-')) return matching(current, flagsLeft(command, rest))
  return argumentValues(place)
}

async function argumentValues(place: Place): Promise<Completion> {
  const given = positionals(place.command, place.rest)
  const last = place.command.args.at(-1)
  const arg = place.command.args[given.length] ?? (last?.multiple === true ? last : undefined)
  if (arg === undefined) return matching(place.current, flagsLeft(place.command, place.rest))
  // `auth add NAME` creates a name; there is nothing to complete.
  if (arg.name === 'name') return nothing()
  const { candidates, files } = await listValues(arg.name, arg.options, place)
  return { ...matching(place.current, omitGiven(candidates, given)), files }
}

async function flagValues(flag: FlagEntry, current: string, place: Place): Promise<Completion> {
  const { name, options, delimiter } = flag
  const [topic = ''] = place.command.words.split(' ')
  if (filesOf[topic]?.has(name) === true) return { candidates: [], files: true }
  const earlier = delimiter === null ? '' : current.slice(0, current.lastIndexOf(delimiter) + 1)
  const given = delimiter === null ? [] : earlier.split(delimiter)
  const found = await listValues(name, options, place)
  const { candidates } = matching(current.slice(earlier.length), omitGiven(found.candidates, given))
  const whole = candidates.map((one) => ({ ...one, value: earlier + one.value }))
  return { candidates: whole, files: found.files }
}

/** All values that fit, whatever is typed of them. */
async function listValues(name: string, options: string[], place: Place): Promise<Completion> {
  if (options.length > 0)
    return { candidates: options.map((value) => ({ value, summary: '' })), files: false }
  if (fileFlags.has(name)) return { candidates: [], files: true }
  const kind = lookUp(nameKinds, name)
  return kind === undefined
    ? nothing()
    : { candidates: await place.names(kind, readFilter(place)), files: false }
}

/** Leaves out the given values, and other names of the accounts among them. */
function omitGiven(candidates: Candidate[], given: readonly string[]): Candidate[] {
  const isGiven = ({ value }: Candidate) => given.includes(value)
  const accounts = new Set(candidates.filter(isGiven).map(({ account }) => account))
  return candidates.filter(
    (one) => !isGiven(one) && (one.account === undefined || !accounts.has(one.account)),
  )
}

/** The longest command that the words begin with. */
function findCommand(words: string[], table: CommandTable): CommandEntry | null {
  for (let count = Math.min(words.length, 3); count > 0; count -= 1) {
    const typed = words.slice(0, count).join(' ')
    const found = table.commands.find((command) => command.words === typed)
    if (found !== undefined) return found
  }
  return null
}

function formatNext(before: string[], table: CommandTable): Candidate[] {
  const prefix = before.length === 0 ? '' : `${before.join(' ')} `
  const found = new Map<string, string>()
  for (const { words, summary } of table.commands) {
    if (!words.startsWith(prefix)) continue
    const [next = '', ...more] = words.slice(prefix.length).split(' ')
    const topic = table.topics[prefix + next]
    if (more.length === 0 || !found.has(next)) found.set(next, topic ?? (more.length === 0 ? summary : ''))
  }
  return [...found].map(([value, summary]) => ({ value, summary }))
}

function flagCalled(command: CommandEntry, word: string | undefined): FlagEntry | undefined {
  if (word === undefined) return undefined
  return command.flags.find(
    (flag) => word === `--${flag.name}` || (flag.char !== null && word === `-${flag.char}`),
  )
}

function flagsLeft(command: CommandEntry, rest: string[]): Candidate[] {
  const given = new Set(rest.map((word) => flagCalled(command, word.split('=', 1)[0])?.name))
  const left = command.flags.filter((flag) => flag.multiple || !given.has(flag.name))
  const flags = left.map((flag) => ({ value: `--${flag.name}`, summary: flag.summary }))
  return [...flags, { value: '--help', summary: 'show help for this command' }]
}

function positionals(command: CommandEntry, rest: string[]): string[] {
  return rest.filter((word, index) => {
    if (word.startsWith('-')) return false
    return flagCalled(command, rest[index - 1])?.takesValue !== true
  })
}

function readFilter({ command, rest }: Place): NameFilter {
  const filter: NameFilter = {}
  const [first] = positionals(command, rest)
  if (command.args[0]?.name === 'key' && first !== undefined) filter.setting = first
  rest.forEach((word, index) => {
    const [typed, inline] = word.split('=', 2)
    const name = flagCalled(command, typed)?.name
    const value = inline ?? rest[index + 1]
    if ((name === 'user' || name === 'provider') && value !== undefined) filter[name] = value
  })
  return filter
}

function matching(current: string, candidates: Candidate[]): Completion {
  return { candidates: candidates.filter((candidate) => candidate.value.startsWith(current)), files: false }
}

function nothing(): Completion {
  return { candidates: [], files: false }
}
