import type { Palette } from '../terminal/format/color.ts'
import { renderGauge } from '../terminal/format/gauge.ts'
import { cutToWidth } from '../terminal/format/text-width.ts'
import { wrapWords } from '../terminal/format/wrap-words.ts'
import type { DemoAccount } from './demo-stage.ts'
import type { Beat, DemoStory, Mark } from './demo-story.ts'
import { chooseTone } from '../terminal/quota/quota-table.ts'

export interface DemoLook {
  palette: Palette
  unicode: boolean
  /** Width of a line in cells. */
  columns: number
}

/** A smaller terminal gets plain lines. */
export const SMALLEST_PICTURE = { columns: 60, rows: 20 }

const WIDEST = 84
// Reserved lines for messages, so that the picture keeps its height while it fills.
const TOLD_ROWS = 6

export const DISCLAIMER = 'simulated inside qwenctl: no provider called, nothing charged'
const SHORT_DISCLAIMER = 'everything here is simulated'

/** The whole picture while requests run; its lines are narrower than the terminal. */
export function demoPicture(story: DemoStory, look: DemoLook): string[] {
  const told = beatLines(story.beats, fitted(look))
  return [...scene(story, look), ...told, ...Array<string>(Math.max(0, TOLD_ROWS - told.length)).fill('')]
}

/** The last picture: the messages and the result. */
export function finalPicture(story: DemoStory, look: DemoLook): string[] {
  return [...scene(story, look), ...beatLines(story.beats, fitted(look)), '', ...endLines(story, look)]
}

/** Accounts and requests at the end, for outputs that cannot be redrawn. */
export function stateLines(story: DemoStory, look: DemoLook): string[] {
  const own = fitted(look)
  return [...accountLines(story, own), '', ...markLines(story.marks, own)]
}

function fitted(look: DemoLook): DemoLook {
  return { ...look, columns: Math.min(WIDEST, look.columns - 1) }
}

function scene(story: DemoStory, look: DemoLook): string[] {
  const own = fitted(look)
  const { palette } = own
  const disclaimer = DISCLAIMER.length + 16 <= own.columns ? DISCLAIMER : SHORT_DISCLAIMER
  return [
    `  ${palette.strong('qwenctl demo')}  ${palette.quiet(disclaimer)}`,
    routeLine(story, own),
    '',
    ...accountLines(story, own),
    '',
    ...markLines(story.marks, own),
    '',
  ]
}

function routeLine({ url, serving, poolOut }: DemoStory, { palette, unicode, columns }: DemoLook): string {
  const arrow = palette.quiet(unicode ? '──▶' : '-->')
  const end =
    poolOut !== null ? palette.bad('429') : serving === null ? palette.quiet('...') : palette.good(serving)
  const shown = cutToWidth(`${url}/v1`, columns - 28)
  return `  a program ${arrow} ${palette.strong(shown)} ${arrow} ${end}`
}

// ---- accounts ----

const SEPARATOR = '  '

function accountLines(story: DemoStory, look: DemoLook): string[] {
  const { palette } = look
  // Indent, marker, name, counted, upstream, status, and the gaps between them.
  const gauge = Math.max(6, Math.min(28, look.columns - 48))
  const head = ['ACCOUNT', 'USED'.padEnd(gauge), 'COUNTED'.padStart(8), 'UPSTREAM', 'STATUS']
  return [
    palette.quiet(`    ${head.join(SEPARATOR)}`),
    ...story.accounts.map((account) => accountLine(account, gauge, { story, look })),
  ]
}

function accountLine(
  account: DemoAccount,
  gauge: number,
  { story, look }: { story: DemoStory; look: DemoLook },
): string {
  const { palette, unicode } = look
  const isServing = account.name === story.serving
  const marker = isServing ? palette.good(unicode ? '▶' : '>') : ' '
  const name = account.name.padEnd(7)
  const status = isServing && account.status === 'ready' ? 'serves now' : account.status
  const isIdle = account.status === 'ready' && !isServing
  const cells = [
    isServing ? palette.strong(name) : name,
    renderGauge(account.counted, account.max, { width: gauge, unicode, palette }),
    `${account.counted} of ${account.max}`.padStart(8),
    String(account.upstream).padStart(8),
    isIdle ? palette.quiet(status) : chooseTone(account.status, palette)(status),
  ]
  return `  ${marker} ${cells.join(SEPARATOR)}`
}

// ---- one mark for each request ----

function chooseGlyphs({ unicode }: DemoLook): { whole: string; streamed: string; none: string } {
  return unicode ? { whole: '●', streamed: '○', none: '×' } : { whole: 'o', streamed: '~', none: 'x' }
}

function markLines(marks: Mark[], look: DemoLook): string[] {
  const { palette, columns } = look
  const glyphs = chooseGlyphs(look)
  const paint = ({ account, isStreamed }: Mark) =>
    account === null ? palette.bad(glyphs.none) : palette.good(isStreamed ? glyphs.streamed : glyphs.whole)
  // Marks are spaced while there is room for all requests that the accounts can serve.
  const space = columns >= 66 ? ' ' : ''
  let drawn = ''
  let names = ''
  for (const run of groupRuns(marks)) {
    const name = run[0]?.account ?? '429'
    const cells = run.length * (1 + space.length) - space.length
    const width = Math.max(cells, name.length) + 2
    drawn += run.map(paint).join(space) + ' '.repeat(width - cells)
    names += name.padEnd(width)
  }
  return [`    ${drawn.trimEnd()}`, palette.quiet(`    ${names.trimEnd()}`)].map((line) => line.trimEnd())
}

/** Consecutive marks of the same account. */
function groupRuns(marks: Mark[]): Mark[][] {
  const runs: Mark[][] = []
  for (const mark of marks) {
    const last = runs.at(-1)
    if (last?.[0]?.account === mark.account) last?.push(mark)
    else runs.push([mark])
  }
  return runs
}

// ---- words ----

/** The messages, each with the number of its request and indented continuation lines. */
export function beatLines(beats: Beat[], { palette, columns }: DemoLook): string[] {
  return beats.flatMap(({ request, text, tone }) => {
    const [first = '', ...rest] = wrapWords(text, columns - 8)
    const paint = tone === 'good' ? palette.good : tone === 'warn' ? palette.warn : palette.bad
    const number = String(request).padStart(4)
    return [`  ${paint(number)}  ${first}`, ...rest.map((line) => `        ${line}`)]
  })
}

/** The result and the next commands. */
export function endLines(story: DemoStory, look: DemoLook): string[] {
  const { palette, columns } = look
  const { sent, answered, streamed, agrees, accounts } = story
  const counted = accounts.reduce((sum, account) => sum + account.counted, 0)
  const served = accounts.reduce((sum, account) => sum + account.upstream, 0)
  const mark = chooseGlyphs(look).streamed
  const requests = `${sent} requests: ${answered} answered (${streamed} streamed, ${mark}), ${sent - answered} refused once all were out.`
  const verdict = agrees ? 'they agree on every account.' : 'they DISAGREE.'
  const counts = `qwenctl counted ${counted}, the simulated provider ${served}: ${verdict}`
  const width = Math.min(WIDEST, columns - 1) - 2
  const indented = (lines: string[]) => lines.map((line) => `  ${line}`)
  return [
    ...indented(wrapWords(requests, width)),
    ...indented(wrapWords(counts, width)).map(agrees ? palette.good : palette.bad),
  ]
}

/** The commands that show more, and those that do the same with the reader's own accounts. */
export function nextLines({ palette, columns }: DemoLook, env: NodeJS.ProcessEnv): string[] {
  const line = (command: string, does: string) => {
    const room = columns - 27
    if (does.length <= room) return [`  ${palette.strong(command.padEnd(23))}${palette.quiet(does)}`]
    const below = wrapWords(does, Math.max(16, columns - 7))
    return [`  ${palette.strong(command)}`, ...below.map((part) => `      ${palette.quiet(part)}`)]
  }
  const demo = isClone(env) ? 'npm run demo --' : 'qwenctl demo'
  return [
    '',
    ...line(`${demo} jobs`, 'shows each run of a job, and one that fails'),
    ...line(`${demo} batch`, 'shows the batch by account'),
    ...(isClone(env)
      ? line('npm link', `installs the command qwenctl from this folder${nodeNote(env)}`)
      : []),
    ...line('qwenctl auth add', 'adds an account of your own'),
    ...line('qwenctl proxy start', 'gives your programs one endpoint over your accounts'),
  ]
}

/** The oldest Node that runs qwenctl; as in `bin/run.js`. */
const OLDEST = [22, 19] as const

/** A note if the Node of the system is too old for the installed command; the demo runs with a Node of its own. */
function nodeNote({ QWENCTL_SYSTEM_NODE: version = '' }: NodeJS.ProcessEnv): string {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  if (version === '' || major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return ''
  return `; first install Node ${OLDEST.join('.')} or newer: this is ${version}`
}

/** Whether `npm run demo` started this process: the command `qwenctl` may not be installed yet. */
export function isClone(env: NodeJS.ProcessEnv): boolean {
  return env['npm_lifecycle_event'] === 'demo:run'
}
