const QUOTES = `"'`

/** Splits a command like a shell, without expansion: quotes group, and a backslash escapes the next character. */
export function formatCommand(text: string): string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote: string | null = null
  for (let index = 0; index < text.length; index += 1) {
    let character = text[index] as string
    const isEscape = character === '\\' && quote !== "'"
    if (isEscape) {
      index += 1
      if (index >= text.length) return null
      character = text[index] as string
    } else if (quote === null ? QUOTES.includes(character) : character === quote) {
      quote = quote === null ? character : null
      word ??= ''
      continue
    } else if (quote === null && /\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
      continue
    }
    word = (word ?? '') + character
  }
  if (quote !== null) return null
  return word === null ? words : [...words, word]
}
