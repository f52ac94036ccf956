import type { Palette } from './color.ts'

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A gauge before it is painted. */
export interface GaugeParts {
  tone: 'good' | 'warn' | 'bad'
  filled: string
  rest: string
  /** The characters at both ends. */
  edges: [string, string]
}

/**
 * A bar of `width` cells for how much of a limit is used. Anything used shows at least a sliver, and it looks full
 * only when nothing is left.
 */
export function renderGauge(
  used: number,
  max: number,
  options: { width: number; unicode: boolean; palette: Palette },
): string {
  const { palette } = options
  const { tone, filled, rest, edges } = gaugeParts(used, max, options)
  return edges[0] + palette[tone](filled) + palette.quiet(rest) + edges[1]
}

export function gaugeParts(
  used: number,
  max: number,
  { width, unicode }: { width: number; unicode: boolean },
): GaugeParts {
  const share = max <= 0 ? 1 : Math.min(1, Math.max(0, used / max))
  const tone = share >= 1 ? 'bad' : share >= 0.8 ? 'warn' : 'good'
  if (!unicode) {
    const count = cellsFor(share, width - 2, 1)
    return { tone, filled: '#'.repeat(count), rest: '-'.repeat(width - 2 - count), edges: ['[', ']'] }
  }
  const eighths = cellsFor(share, width, 8)
  const filled = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
  return { tone, filled, rest: '░'.repeat(width - filled.length), edges: ['', ''] }
}

function cellsFor(share: number, width: number, steps: number): number {
  const all = width * steps
  if (share <= 0) return 0
  if (share >= 1) return all
  return Math.min(all - 1, Math.max(1, Math.round(share * all)))
}

/** Whether the terminal can be expected to draw block characters. */
export function drawsUnicode(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (env['TERM'] === 'dumb' || env['TERM'] === 'linux') return false
  if (platform === 'win32') return env['WT_SESSION'] !== undefined || env['TERM_PROGRAM'] !== undefined
  // The first of these that is set decides, as in setlocale(3).
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return /utf-?8/i.test(locale)
}
