import { createRequire } from 'node:module'

/** The internal form of the package: squares, true for dark. */
interface QrCode {
  addData(text: string): void
  make(): void
  modules: boolean[][]
}

type QrCodes = new (version: number, level: number) => QrCode

/** Chosen by the length of the text. */
const ANY_VERSION = -1
/** L: screens have no scratches, and larger squares can be read from further away. */
const LOW = 1
/** The quiet zone that readers need around the code. */
const QUIET = 4

/** A QR code as an SVG image without scripts or styles; null: the text is too long. */
export function qrSvg(text: string): string | null {
  const rows = encodeSquares(text)
  if (rows === null) return null
  const size = rows.length + 2 * QUIET
  const dark = rows.flatMap((row, y) =>
    findRuns(row).map(([x, length]) => `M${x + QUIET} ${y + QUIET}h${length}v1h-${length}z`),
  )
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${size}v${size}h-${size}z"/><path fill="#000" d="${dark.join('')}"/></svg>`
  )
}

function encodeSquares(text: string): boolean[][] | null {
  const Code = createRequire(import.meta.url)('qrcode-terminal/vendor/QRCode') as QrCodes
  const code = new Code(ANY_VERSION, LOW)
  try {
    code.addData(text)
    code.make()
    return code.modules
  } catch {
    return null
  }
}

/** The start and the length of each run of dark squares. */
function findRuns(row: boolean[]): [number, number][] {
  const runs: [number, number][] = []
  for (const [x, isDark] of row.entries()) {
    const last = runs.at(-1)
    if (!isDark) continue
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1
    else runs.push([x, 1])
  }
  return runs
}
