/** The functions of a source file, and those named `xOf`: a verb says better what a function does. */
export function findProjectionNames(text: string): { functions: number; projections: string[] } {
  const names = [
    ...text.matchAll(/\bfunction\s+([A-Za-z]\w*)/g),
    ...text.matchAll(
      /^(?:export\s+)?const\s+([a-z]\w*)\s*=\s*(?:async\s*)?(?:\([^)]*\)|\w+)\s*(?::[^=]+)?=>/gm,
    ),
    ...text.matchAll(/^ {2}(?:async\s+|static\s+)?#?([a-z]\w*)\([^)]*\)(?::[^{;]+)?\s*\{/gm),
  ].map((match) => match[1] ?? '')
  return { functions: names.length, projections: names.filter((name) => /^[a-z]\w*Of$/.test(name)) }
}
