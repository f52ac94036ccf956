// `npm run lint:terms`: the language of comments, documents, help texts and messages. Prints each violation with its
// file and line, then the rates that CONTRIBUTING.md promises. `--rates` prints the rates alone.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Passage } from './terms/passages.ts'
import { readPassages } from './terms/passages.ts'
import type { Violation } from './terms/rules.ts'
import { checkPassage, countWords, opensWithPronoun } from './terms/rules.ts'
import { findProjectionNames } from './terms/projections.ts'

/** Most forbidden words per 1,000 words, and most shares of comments and function names. */
const MAX_PER_THOUSAND = 1
const MAX_PRONOUN_SHARE = 0.01
/** The bound leaves room for five pure projections. */
const MAX_PROJECTION_SHARE = 0.001

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) =>
    /^(src|web\/src|scripts|bench|docs|examples|test)\/.*\.(ts|tsx|md)$|^[A-Z]+\.md$/.test(file),
  )

const passages: Passage[] = []
let functions = 0
let projections = 0
for (const file of files) {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue // deleted, and not committed yet
    throw error
  }
  passages.push(...readPassages(file, text))
  if (!/^(?!test\/).*\.tsx?$/.test(file)) continue
  const names = findProjectionNames(text)
  functions += names.functions
  projections += names.projections.length
}

const violations = passages.flatMap(checkPassage)
const words = passages.reduce((sum, { text }) => sum + countWords(text), 0)
const comments = passages.filter(({ kind }) => kind === 'comment')
const pronouns = comments.filter(({ text }) => opensWithPronoun(text))
const forbidden = violations.filter(({ rule }) => rule === 'word').length
const rates = {
  'forbidden words per 1,000 words': { is: (forbidden / words) * 1000, most: MAX_PER_THOUSAND },
  'comments that open with a bare pronoun': {
    is: pronouns.length / comments.length,
    most: MAX_PRONOUN_SHARE,
  },
  'functions named xOf': { is: projections / functions, most: MAX_PROJECTION_SHARE },
}

const onlyRates = process.argv.includes('--rates')
const place = process.argv.slice(2).find((word) => !word.startsWith('--'))
const isShown = ({ file }: { file: string }): boolean => place === undefined || file.startsWith(place)
if (!onlyRates) {
  for (const violation of violations.filter(isShown)) print(violation)
  for (const { file, line, text } of pronouns.filter(isShown)) {
    print({ file, line, rule: 'pronoun', message: `opens with a bare pronoun: "${text.slice(0, 50)}"` })
  }
}
for (const [name, { is, most }] of Object.entries(rates)) {
  console.log(`${is <= most ? 'ok ' : 'OVER'} ${name}: ${is.toFixed(3)} (at most ${most})`)
}
const long = violations.filter(({ rule }) => rule === 'length').length
console.log(`${long === 0 ? 'ok ' : 'OVER'} sentences of more than 20 words: ${long}`)
if (Object.values(rates).some(({ is, most }) => is > most) || long > 0) process.exitCode = 1

function print({ file, line, rule, message }: Violation): void {
  console.log(`${file}:${line} ${rule}: ${message}`)
}
