/**
 * Waits for what no promise tells, such as another process; bounded, and never for a fixed time. A look may be a whole
 * command, so a pause is at least three times as long. That leaves most of the CPU to what the test waits for.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  before: () => void = () => undefined,
): Promise<void> {
  const giveUpAt = performance.now() + 120_000
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.3, 40)) {
    const lookedAt = performance.now()
    before()
    if (await condition()) return
    const now = performance.now()
    if (now > giveUpAt) throw new Error(`never came true: ${String(condition)}`)
    const leftToOthersMs = Math.min(3 * (now - lookedAt), 500)
    await new Promise((resolve) => setTimeout(resolve, Math.max(pauseMs, leftToOthersMs)))
  }
}
