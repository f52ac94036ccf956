export interface QrRoom {
  /** Cells of a line, and lines, that the terminal has for it. */
  columns: number
  rows: number
  /** Whether half blocks can be drawn. */
  unicode: boolean
}

export type QrPicture = { lines: string[] } | { leftOut: string }

/** A QR code in half blocks, with its quiet margin; or why it is left out. A code that is cut off reads as nothing. */
export async function qrPicture(text: string, room: QrRoom): Promise<QrPicture> {
  if (!room.unicode) return { leftOut: 'the terminal draws no block characters' }
  const { default: qrcode } = await import('qrcode-terminal')
  let drawn = ''
  qrcode.generate(text, { small: true }, (picture) => (drawn = picture))
  const lines = drawn.split('\n').filter((line) => line !== '')
  const width = Math.max(...lines.map((line) => line.length))
  if (width > room.columns) {
    return { leftOut: `the terminal has ${room.columns} columns, it needs ${width}` }
  }
  if (lines.length > room.rows) {
    return { leftOut: `the terminal has ${room.rows} lines left for it, it needs ${lines.length}` }
  }
  return { lines }
}
