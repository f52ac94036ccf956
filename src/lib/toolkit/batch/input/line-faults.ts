export interface LineProblem {
  /** From 1, as editors count. */
  line: number
  problem: string
}

/** The most lines that `problems` lists. */
const MOST_PROBLEMS = 20
/** The most faults that `describe` has, and the most ranges of lines of each. */
const MOST_FAULTS = 20
const MOST_RANGES = 20

interface Range {
  first: number
  last: number
}

/** The faults of a file's lines. Lines with the same fault are one text, however many they are. */
export class LineFaults {
  count = 0
  /** The first ones, for programs. */
  readonly problems: LineProblem[] = []
  readonly #ranges = new Map<string, Range[]>()
  #described = 0

  /** Lines of one problem arrive in ascending order. */
  add(line: number, problem: string): void {
    this.count += 1
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ line, problem })
    let ranges = this.#ranges.get(problem)
    if (ranges === undefined) {
      if (this.#ranges.size >= MOST_FAULTS) return
      this.#ranges.set(problem, (ranges = []))
    }
    const last = ranges.at(-1)
    if (last !== undefined && last.last + 1 === line) last.last = line
    else if (ranges.length < MOST_RANGES) ranges.push({ first: line, last: line })
    else return
    this.#described += 1
  }

  /** `lines 1-5, 9: body is missing; line 7: model is missing; and 2 more`. */
  describe(): string {
    const texts = [...this.#ranges].map(([problem, ranges]) => `${formatLines(ranges)}: ${problem}`)
    const rest = this.count - this.#described
    return [...texts, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
  }
}

function formatLines(ranges: readonly Range[]): string {
  const [only] = ranges
  const isOne = ranges.length === 1 && only?.first === only?.last
  const numbers = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
  return `${isOne ? 'line' : 'lines'} ${numbers.join(', ')}`
}
