/** `14:05:09` on the clock of whoever looks. */
export function clockTime(epochMs: number): string {
  const at = new Date(epochMs)
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}
