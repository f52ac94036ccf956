/** The drawing capabilities of the terminal. */
export interface ScreenLook {
  unicode: boolean
}

/** Free cells at the right edge of every line, where some terminals wrap. */
export const EDGE = 1
/** The marker before a line, and the gap to its text. */
export const GUTTER = 3

const plainer: Record<string, string> = {
  '─': '-',
  '▸': '>',
  '…': '~',
  '×': 'x',
  '·': '|',
  '●': '*',
  '○': 'o',
  '▏': '_',
  '▲': '+',
  '↑': '^',
  '↓': 'v',
  '←': '<',
  '→': '>',
  '–': '-',
}

/** Replaces drawn symbols with ASCII; names stay unchanged. */
export function drawnWith({ unicode }: ScreenLook, text: string): string {
  return unicode ? text : text.replace(/[─▸…×·●○▏▲↑↓←→–]/g, (sign) => plainer[sign] ?? sign)
}
