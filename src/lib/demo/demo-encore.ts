import { renderGauge } from '../terminal/format/gauge.ts'
import { wrapWords } from '../terminal/format/wrap-words.ts'
import type { BatchDemoDocument } from './demo-batch.ts'
import { BATCH_LIMIT, BATCH_LINES, playBatch } from './demo-batch.ts'
import type { JobsDemoDocument, JobsDemoOptions } from './demo-jobs.ts'
import { playJobs } from './demo-jobs.ts'
import type { DemoLook } from './demo-picture.ts'
import { SMALLEST_PICTURE } from './demo-picture.ts'

interface EncoreOptions extends Pick<JobsDemoOptions, 'startSchedule' | 'onTrouble' | 'signal'> {
  program: string
  print: (line: string) => void
  look: DemoLook
}

/** A job of three accounts and a batch that is killed: each in a few lines, after the main story. */
export async function playEncore(
  options: EncoreOptions,
): Promise<{ jobs: JobsDemoDocument; batch: BatchDemoDocument }> {
  const { look, print } = options
  const say = (text: string, paint = (line: string) => line) => {
    for (const line of wrapWords(text, Math.max(24, look.columns) - 4)) print(paint(`  ${line}`))
  }
  const verdict = (isGood: boolean) => (isGood ? look.palette.good : look.palette.bad)
  print('')
  say('A job asks each account every second, with a delay of its own; two proxies run its schedule:')
  const jobs = await playJobs({
    ...options,
    onRun: () => undefined,
    every: '1s',
    hasFailingJob: false,
    playMs: 8_000,
    enoughRuns: 6,
  })
  for (const { name, delayMs, done } of jobs.accounts)
    print(`    ${name.padEnd(7)} + ${String(delayMs).padStart(3)} ms  ${done} ${done === 1 ? 'run' : 'runs'}`)
  say(jobs.eachSlotOnce ? 'Each slot ran once.' : 'A slot ran TWICE.', verdict(jobs.eachSlotOnce))
  print('')
  say(`A batch of ${BATCH_LINES} lines over three accounts with ${BATCH_LIMIT} requests a day each:`)
  const step = (answered: number, what: string) => {
    const bar = drawBar(answered, look)
    if (bar === null) say(`${answered} ${what}`)
    else print(`    ${bar}  ${answered} ${what}`)
  }
  const batch = await playBatch({
    ...options,
    onKilled: ({ answered }) => step(answered, 'answered, then kill -9'),
    onResumed: ({ answered }) => step(answered, 'answered by a second run'),
  })
  const { unknownAfterKill: unknown, counted, answeredOnce } = batch
  if (unknown > 0) step(batch.batch.done, `answered; in flight at the kill and sent again: ${unknown}`)
  const end = answeredOnce ? 'Each line is answered once' : 'A line is MISSING or doubled'
  say(`${end}; qwenctl counted ${counted} requests.`, verdict(answeredOnce))
  return { jobs, batch }
}

/** Null: the lines are too narrow for a bar. */
function drawBar(answered: number, { palette, unicode, columns }: DemoLook): string | null {
  if (columns < SMALLEST_PICTURE.columns) return null
  const calm = { ...palette, warn: palette.good, bad: palette.good }
  return renderGauge(answered, BATCH_LINES, { width: 20, unicode, palette: calm })
}
