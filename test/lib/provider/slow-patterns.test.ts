// Error texts come from outside. No pattern over them may take more than linear time, however long the text is.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'
import { beforeAll, expect, test } from 'vitest'

const provider = join(dirname(fileURLToPath(import.meta.url)), '../../../src/lib/provider')
const LONGEST = 64 * 1024
/** Most patterns are done sooner with the longest text. Only the others need a second look. */
const NOTABLE_US = 20_000
/** Twice the text takes about twice the time; a quadratic pattern takes four times. */
const MOST_GROWTH = 3

interface Pattern {
  file: string
  pattern: RegExp
}

/** Literals in a file's text. */
function findLiterals(file: string): Pattern[] {
  const found: Pattern[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      found.push({ file, pattern: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest))
  return found
}

/** Literals, and the patterns that modules build from parts when they load. */
async function collectPatterns(): Promise<Pattern[]> {
  const files = ['failures', 'limits'].flatMap((room) =>
    readdirSync(join(provider, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(provider, room, name)),
  )
  const found = files.flatMap(findLiterals)
  const Plain = globalThis.RegExp
  let file = ''
  globalThis.RegExp = new Proxy(Plain, {
    construct(target, given: [string, string]) {
      const pattern = new target(...given)
      found.push({ file, pattern })
      return pattern
    },
  })
  try {
    for (file of files) await import(/* @vite-ignore */ pathToFileURL(file).href)
  } finally {
    globalThis.RegExp = Plain
  }
  return found
}

/** Microseconds of this process: they do not depend on how busy the machine is. */
function cost(pattern: RegExp, text: string, rounds: number): number {
  let best = Infinity
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage()
    pattern.test(text)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, user + system)
  }
  return best
}

function* lengths(): Generator<number> {
  // Small steps: each four characters may double the time of an exponential pattern.
  for (let length = 16; length < 128; length += 4) yield length
  for (let length = 256; length <= LONGEST; length *= 4) yield length
}

const repeat = (part: string, length: number) => part.repeat(Math.ceil(length / part.length)).slice(0, length)

/** The length at which the time grows faster than the text; null: at none. */
function findSlowLength(given: RegExp, part: string, end: string): number | null {
  const pattern = new RegExp(given.source, given.flags.replace(/[gy]/g, ''))
  for (const length of lengths()) {
    const text = repeat(part, length) + end
    const before = performance.now()
    pattern.test(text)
    if ((performance.now() - before) * 1000 < NOTABLE_US) continue
    const half = cost(pattern, repeat(part, length / 2) + end, 5)
    if (cost(pattern, text, 5) > MOST_GROWTH * Math.max(half, NOTABLE_US / 4)) return length
  }
  return null
}

/** Texts that a pattern reads far into: its own words, and forms of times, numbers and quotes. */
function hostileParts({ source }: RegExp): string[] {
  const words = source.replace(/\\[a-zA-Z]|\(\?<?[:=!]/g, ' ').match(/[\p{L}_]{2,}/gu) ?? []
  return [...new Set([...words.map((word) => `${word}${word.includes('_') ? '=' : ' '}`), ...forms])]
}
/** Most patterns match no text that ends so. */
const END = '#{"'
const forms = [
  ...['1', '1m', '1m ', '1m 3m 5m ', '1,', '1.', '0:', '1 s, ', 'an hour ', '12 and '],
  ...[
    ' ',
    '\n',
    'a',
    'x y ',
    '{',
    '{"',
    '"',
    "'",
    '<',
    '(',
    ': ',
    'retry in ',
    'until until ',
    '充值',
    '5 秒 ',
  ],
]

let patterns: Pattern[] = []
beforeAll(async () => {
  patterns = await collectPatterns()
})

test('the measure finds patterns of exponential and of quadratic time', () => {
  const exponential = [/^(?:\d+m|\d+[a-z])*$/, '1m', END] as const
  const quadratic = [/tool.*\bschema\b/s, 'tool ', END] as const
  for (const [pattern, part, end] of [exponential, quadratic])
    expect([pattern.source, findSlowLength(pattern, part, end)]).not.toEqual([pattern.source, null])
  expect(findSlowLength(/tool/, 'tool ', END)).toBeNull()
})

test('a list behind a fixed start takes no exponential time', () => {
  const slow = patterns.filter(
    ({ pattern }) => cost(pattern, `only /v1${',/v1a'.repeat(30)} !`, 1) > 1_000_000,
  )
  expect(slow).toEqual([])
})

test('no pattern of failures and limits takes more than linear time', { timeout: 120_000 }, () => {
  expect(patterns.length).toBeGreaterThan(200)
  const slow = patterns.flatMap(({ file, pattern }) => {
    const part = hostileParts(pattern).find((one) => findSlowLength(pattern, one, END) !== null)
    return part === undefined ? [] : [{ file, pattern: pattern.source.slice(0, 200), part }]
  })
  expect(slow).toEqual([])
})
