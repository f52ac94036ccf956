import { textWidth } from './text-width.ts'

export interface Bar {
  label: string
  /** The stacked values in the order of the series; null: unknown. */
  parts: readonly (number | null)[]
  /** The amount in words. */
  value: string
}

export interface BarLook {
  /** Cells of a line. */
  columns: number
  unicode: boolean
  /** How each series is toned; the last one serves for all beyond. */
  tones: readonly ((text: string) => string)[]
}

// The fill patterns of the series, which are recognizable without colours.
const FILLINGS = { unicode: ['█', '▓', '▒', '░', '▚'], ascii: ['#', '=', '+', '-', '.'] }
const LEAST_BAR = 8
const GAP = '  '

/** Horizontal bars to one scale, one line each, every line within the columns. Anything above 0 shows at least a sliver. */
export function renderBars(bars: readonly Bar[], look: BarLook): string[] {
  const labels = widest(bars.map(({ label }) => label))
  const values = widest(bars.map(({ value }) => value))
  const room = Math.max(LEAST_BAR, look.columns - labels - values - 2 * GAP.length)
  const most = Math.max(...bars.map(({ parts }) => sum(parts)), 0)
  return bars.map(({ label, parts, value }) => {
    const cells = most === 0 ? [] : distributeCells(parts, sum(parts), (sum(parts) / most) * room)
    const drawn = cells
      .map((count, index) => pickTone(look, index)(pickFilling(look, index).repeat(count)))
      .join('')
    const length = cells.reduce((total, count) => total + count, 0)
    const left = `${label}${' '.repeat(labels - textWidth(label))}${GAP}${drawn}`
    return `${left}${' '.repeat(room - length)}${GAP}${' '.repeat(values - textWidth(value))}${value}`
  })
}

/** `█ work  ▓ home`, broken into lines of at most so many cells. */
export function renderLegend(names: readonly string[], look: BarLook): string[] {
  const lines: string[] = []
  let width = Infinity
  for (const [index, name] of names.entries()) {
    const entry = `${pickTone(look, index)(pickFilling(look, index))} ${name}`
    const cells = textWidth(name) + 2
    if (width + GAP.length + cells > look.columns) {
      lines.push(entry)
      width = cells
    } else {
      lines.push(`${lines.pop() ?? ''}${GAP}${entry}`)
      width += GAP.length + cells
    }
  }
  return lines
}

/** Distributes exactly that many cells among the parts; the largest remainders absorb the rounding. */
function distributeCells(parts: readonly (number | null)[], total: number, length: number): number[] {
  if (total === 0) return []
  const cells = Math.max(1, Math.round(length))
  const exact = parts.map((part) => ((part ?? 0) / total) * cells)
  const shares = exact.map(Math.floor)
  const order = exact.map((_, index) => index).sort((one, other) => rest(exact[other]) - rest(exact[one]))
  let left = cells - shares.reduce((all, share) => all + share, 0)
  for (const index of order) {
    if (left === 0) break
    shares[index] = (shares[index] ?? 0) + 1
    left -= 1
  }
  return shares
}

function rest(value = 0): number {
  return value - Math.floor(value)
}

function sum(parts: readonly (number | null)[]): number {
  return parts.reduce<number>((total, part) => total + (part ?? 0), 0)
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, textWidth(text)), 0)
}

function pickFilling({ unicode }: BarLook, index: number): string {
  const fillings = unicode ? FILLINGS.unicode : FILLINGS.ascii
  return fillings[Math.min(index, fillings.length - 1)] ?? '#'
}

function pickTone({ tones }: BarLook, index: number): (text: string) => string {
  return tones[Math.min(index, tones.length - 1)] ?? ((text) => text)
}
