const CONTEXT = 2

/** The changed lines with some context: `+ new`, `- old`, `  same`. Empty: nothing changes. */
export function diffLines(before: string, after: string): string[] {
  const all = compare(splitLines(before), splitLines(after))
  const isNear = (index: number) =>
    all.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => !line.startsWith('  '))
  return all.filter((_, index) => isNear(index))
}

function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** By the longest common run of lines. Configuration files are short. */
function compare(old: readonly string[], fresh: readonly string[]): string[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1))
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = fresh.length - 1; j >= 0; j--)
      lengths[i]![j] =
        old[i] === fresh[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push(`  ${old[i++]!}`)
      j++
    } else if (i < old.length && (j === fresh.length || lengths[i + 1]![j]! >= lengths[i]![j + 1]!))
      lines.push(`- ${old[i++]!}`)
    else lines.push(`+ ${fresh[j++]!}`)
  }
  return lines
}
