// The output of `qwenctl demo` without a terminal, for the guide.
import { spawn } from 'node:child_process'
import { paletteFor } from '../../src/lib/terminal/format/color.ts'
import { renderGauge } from '../../src/lib/terminal/format/gauge.ts'
import { wrapWords } from '../../src/lib/terminal/format/wrap-words.ts'
import { fence } from './markdown.ts'

/** The width without a terminal. */
const COLUMNS = 100

/** A run of the demo by this program. What differs between runs is replaced: ports, times, delays, the moment of the kill. */
export async function demoPicture(program: string): Promise<string> {
  // The demo starts many processes, so a folder of compiled code is kept.
  const foreign = /^(QWENCTL_|DEBUG$|NODE_(?!COMPILE_CACHE$)|VITEST)/
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  const child = spawn(process.execPath, [program, 'demo'], {
    env: { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', TERM: 'xterm', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const exit = await new Promise((resolve) => child.on('close', resolve))
  if (exit !== 0) throw new Error(`the demo ended with ${String(exit)}: ${text}`)
  return fence('text', steady(text))
}

function steady(text: string): string {
  return (
    text
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:3000')
      .replaceAll(/back in [\d a-z]+?(?=[;,\n])/g, 'back in 14 h 1 min')
      .replaceAll(/retry-after \d+ s/g, 'retry-after 50431 s')
      .replace(/^ {4}(\w+ +)\+ +\d+ ms.*\n {4}(\w+ +)\+ +\d+ ms.*\n {4}(\w+ +)\+ +\d+ ms.*$/m, delays)
      .replace(/^ {4}\S+ +\d+ answered, then kill -9$/m, `    ${bar(20)}  20 answered, then kill -9`)
      .replace(/^ {4}\S+ +\d+ answered by a second run\n( {4}.* sent again: \d+\n)?/m, resumed)
      .replace(/once; qwenctl counted \d+ requests/, 'once; qwenctl counted 62 requests')
      .replaceAll(/at \d{4}-\d\d-\d\d \d\d:00 UTC/g, 'at 2026-11-23 00:00 UTC')
      // Just before midnight, the demo counts by the days of another zone.
      .replaceAll('@Asia/Tokyo', '')
      .replace(/^ {2}A program sends [^\n]*\n(?: {2}\S[^\n]*\n)*/m, wrapAgain)
  )
}

/** The same sentence with lines of the demo's width. */
function wrapAgain(sentence: string): string {
  const words = sentence.trim().replaceAll(/\s+/g, ' ')
  return wrapWords(words, COLUMNS - 3)
    .map((line) => `  ${line}\n`)
    .join('')
}

function delays(_: string, ...names: string[]): string {
  const rows = ['+ 210 ms  2 runs', '+ 877 ms  2 runs', '+ 431 ms  2 runs']
  return rows.map((row, index) => `    ${names[index]}${row}`).join('\n')
}

function resumed(): string {
  return [
    `    ${bar(58)}  58 answered by a second run\n`,
    `    ${bar(60)}  60 answered; in flight at the kill and sent again: 2\n`,
  ].join('')
}

function bar(answered: number): string {
  return renderGauge(answered, 60, { width: 20, unicode: true, palette: paletteFor({ isTTY: false }, {}) })
}
