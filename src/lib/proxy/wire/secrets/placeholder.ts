// A server without keys gets any text as its key, and clients insist on one. Such a text is often a word that errors
// use too: "localhost:8080 is not reachable". It is no secret, and asterisks would make the error unreadable.

/** A shorter key may be a part of many words, and a guess finds it. */
const SHORTEST_SECRET = 8
/** Longer keys of letters alone count as secrets: passphrases, and keys of services without digits. */
const LONGEST_WORDS = 20
const LONGEST_WORD = 15

/** Whether a key is no secret: empty, short, a word, words with hyphens, or one character repeated. */
export function isPlaceholder(key: string): boolean {
  if (key.length < SHORTEST_SECRET) return true
  const text = key.replace(PREFIX, '')
  return isRepeated(text) || COUNTED.test(text) || (text.length <= LONGEST_WORDS && isWords(text))
}

/** The prefixes of placeholders in examples, for clients that look for one. */
const PREFIX = /^(?:sk|key|api)[-_]/i
const COUNTED = /^0?123456789?0?$/

/** `xxxxxxxx`, `sk-000000000000`, `********`. */
function isRepeated(text: string): boolean {
  return /^(.)\1*$/.test(text)
}

/** Lower case or capitalized words: letters that a person can say, joined by hyphens, underscores, dots or blanks. */
function isWords(text: string): boolean {
  return /^[A-Za-z]+(?:[-_. ][A-Za-z]+)*$/.test(text) && text.split(/[-_. ]/).every(isWord)
}

/** A random text has capitals inside, or soon five consonants in a row. */
function isWord(part: string): boolean {
  if (part.length > LONGEST_WORD || !/^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(part)) return false
  return part.length < 4 || (/[aeiouy]/i.test(part) && !/[^aeiouy]{5}/i.test(part))
}
