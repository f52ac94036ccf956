import type { Palette } from './color.ts'

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/**
 * A bar of `width` cells for how much of a limit is used. Anything used shows at least a sliver, and it looks full
 * only when nothing is left.
 */
export function renderGauge(
  used: number,
  max: number,
  options: { width: number; unicode: boolean; palette: Palette },
): string {
  const { width, unicode, palette } = options
  const share = max <= 0 ? 1 : Math.min(1, Math.max(0, used / max))
  const tone = share >= 1 ? palette.bad : share >= 0.8 ? palette.warn : palette.good
  if (!unicode) {
    const filled = cellsFor(share, width - 2, 1)
    return `[${tone('#'.repeat(filled))}${palette.quiet('-'.repeat(width - 2 - filled))}]`
  }
  const eighths = cellsFor(share, width, 8)
  const bar = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
  return tone(bar) + palette.quiet('░'.repeat(width - bar.length))
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
