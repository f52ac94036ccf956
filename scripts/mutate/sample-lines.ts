import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Lines that hold no change: blank ones, comments, imports, types, and lone punctuation. */
const EMPTY =
  /^\s*($|\/|\*|import |export (type|interface) |type |interface |readonly \w+[?]?: [^=]*$|[\])};,]+$)/

/** Chooses lines of the files at random, as Stryker names them. The same seed chooses the same lines. */
export function sampleLines(
  root: string,
  patterns: readonly string[],
  count: number,
  seed: number,
): string[] {
  const random = makeRandom(seed)
  const isExcluded = (file: string) => patterns.includes(`!${file}`)
  const lines = patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !isExcluded(file))
    .sort()
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (EMPTY.test(line) ? [] : [`${file}:${index + 1}-${index + 1}`])),
    )
  const chosen: string[] = []
  while (chosen.length < count && lines.length > 0)
    chosen.push(...lines.splice(Math.floor(random() * lines.length), 1))
  return chosen
}

/** A linear congruential generator: numbers in [0, 1) that depend on the seed alone. */
function makeRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
