// An upper bound of the tokens in an answer's bytes. It serves answers without usage and streams that end early.
// A tokenizer would take a hundred times as long, and each service has its own.

/** Keys with the text of an answer, in every dialect. Base64 of pictures and sounds is under other keys. */
const TEXT_KEY =
  /"(?:content|text|reasoning|reasoning_content|thinking|arguments|partial_json|delta|refusal|transcript|response)"\s*:\s*"/g

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const LETTER_U = 0x75
/** Longer letter sequences are rarely words. */
const LONGEST_WORD = 16

/**
 * The most tokens that the texts in this JSON hold, by the rules of `countText`. `json`: bytes as Latin-1, which is
 * cheaper than decoding them.
 */
export function boundTokens(json: string): number {
  let tokens = 0
  TEXT_KEY.lastIndex = 0
  while (TEXT_KEY.test(json)) tokens += countText(json, TEXT_KEY.lastIndex)
  return tokens
}

/**
 * Counts the string that begins at `start`. A word has a token for each three letters. A long word, and one that
 * follows a sign without a space as in base64, has one for each two. Every digit, sign and line break is a token. A
 * character of two UTF-8 bytes is one token, of three bytes two, and of four bytes three. The tests compare this with
 * the tokenizers of OpenAI.
 */
function countText(json: string, start: number): number {
  let tokens = 0
  let word = 0
  let isJoined = false
  let at = start
  for (; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) break
    if (isLetter(code)) {
      // A capital inside of a word begins another token.
      if (word > 0 && code < 0x5b) {
        tokens += wordTokens(word, isJoined)
        word = 0
        isJoined = true
      }
      word++
      continue
    }
    tokens += wordTokens(word, isJoined)
    word = 0
    isJoined = code !== SPACE
    if (code === BACKSLASH) {
      at++
      const isUnicode = json.charCodeAt(at) === LETTER_U
      if (isUnicode) at += 4
      tokens += isUnicode ? 2 : 1
    } else tokens += signTokens(code)
  }
  // A lone space is a token too.
  return at === start ? 0 : Math.max(1, tokens + wordTokens(word, isJoined))
}

function wordTokens(letters: number, isJoined: boolean): number {
  return letters <= LONGEST_WORD && !isJoined ? Math.ceil(letters / 3) : Math.ceil(letters / 2)
}

/** A space belongs to the next word. Of a longer character its first byte counts for all. */
function signTokens(code: number): number {
  if (code === SPACE) return 0
  if (code < 0x80) return 1
  if (code < 0xc0) return 0
  if (code < 0xe0) return 1
  return code < 0xf0 ? 2 : 3
}

function isLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a && code < 0x80
}

/** Bytes of JSON for a token of a request. English has more, dense JSON and Chinese about as many. */
const BYTES_PER_TOKEN = 3
/** Base64 of a picture or a document has no text. It counts as a large picture (Anthropic: up to 1,600 tokens). */
const FILE = /[A-Za-z0-9+/=]{2048,}/g
const FILE_TOKENS = 1600

/** An estimate of the input tokens of a request. */
export function estimateInput(body: Buffer): number {
  let rest = body.length
  let tokens = 0
  if (body.length > 2048)
    for (const [file] of body.toString('latin1').matchAll(FILE)) {
      rest -= file.length
      tokens += FILE_TOKENS
    }
  return tokens + Math.ceil(rest / BYTES_PER_TOKEN)
}
