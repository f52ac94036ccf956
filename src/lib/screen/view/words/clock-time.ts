/** `14:05:09` in the time zone of the viewer. */
export function clockTime(epochMs: number): string {
  const at = new Date(epochMs)
  return `${clockMinute(epochMs)}:${twoDigits(at.getSeconds())}`
}

/** `14:05`: a text that does not change every second needs no redraw. */
export function clockMinute(epochMs: number): string {
  const at = new Date(epochMs)
  return `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`
}

function twoDigits(part: number): string {
  return String(part).padStart(2, '0')
}
