/** What the terminal can draw. */
export interface ScreenLook {
  unicode: boolean
}

/** Cells that every line keeps free at its right edge, where some terminals wrap. */
export const EDGE = 1
/** The marker before a line, and what keeps it from the text. */
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

/** With signs of ASCII in place of those that are drawn; what names have in them stays. */
export function drawnWith({ unicode }: ScreenLook, text: string): string {
  return unicode ? text : text.replace(/[─▸…×·●○▏▲↑↓←→–]/g, (sign) => plainer[sign] ?? sign)
}
