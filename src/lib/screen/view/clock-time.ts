/** `14:05:09` on the clock of whoever looks. */
export function clockTime(epochMs: number): string {
  const at = new Date(epochMs)
  return `${clockMinute(epochMs)}:${twoDigits(at.getSeconds())}`
}

/** `14:05`: what does not move every second leaves the screen alone. */
export function clockMinute(epochMs: number): string {
  const at = new Date(epochMs)
  return `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`
}

function twoDigits(part: number): string {
  return String(part).padStart(2, '0')
}
