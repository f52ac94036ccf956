// The most tokens of an answer. Messages requests must say a number, and clients say the most of their own models. Other
// models refuse it, each service with different words.

const MOST_SEARCHED = 4096
/** An answer needs some room. With less, the conversation is too long, and its client should shorten it. */
const LEAST_ROOM = 1024

const NAMED = /max_?(?:completion_?|output_?|new_?)?tokens|(?:completion|output) tokens/i

// vLLM, DeepSeek and OpenAI count the input and the answer together; so does Anthropic
// ("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"). 2026-11.
const WINDOW =
  /context length is (?<window>\d+)(?:.{0,160}?\((?<said>\d+) in the messages|.{0,160}?\b(?<input>\d+) input tokens)/s
const SUM = /(?<input>\d+) \+ \d+ > (?<window>\d+)/

// Anthropic: "max_tokens: 64000 > 8192, which is the maximum"; DeepSeek and DashScope: "range ... [1, 8192]"; OpenAI:
// "supports at most 16384 completion tokens"; Groq: "must be less than or equal to `8192`"; Vertex AI: "from 1
// (inclusive) to 8193 (exclusive)"; GLM: a maximum in Chinese. 2026-11.
const LIMITS: readonly RegExp[] = [
  /\d+ > (\d+)/,
  /[[(]\s*\d+\s*,\s*(\d+)\s*[\])]/,
  /(?:at most|less than or equal to|no (?:more|larger|greater) than|<=|maximum (?:value )?(?:of|is|allowed is))\D{0,24}(\d+)/i,
  /(?:不能超过|不超过|最大值?为?|小于等于|限制为?)\D{0,12}(\d+)/,
]
const EXCLUSIVE = /to (\d+) \(exclusive\)/i

/** The most tokens that an upstream takes for an answer, from its refusal; null: the refusal says none. */
export function readTokenLimit(refusal: Buffer): number | null {
  const said = refusal.toString('utf8', 0, MOST_SEARCHED)
  const room = readRoom(said)
  if (room !== null) return room >= LEAST_ROOM ? room : null
  if (/context (?:length|window)/i.test(said) || !NAMED.test(said)) return null
  const exclusive = EXCLUSIVE.exec(said)?.[1]
  if (exclusive !== undefined) return Number(exclusive) - 1
  for (const limit of LIMITS) {
    const most = Number(limit.exec(said)?.[1] ?? 0)
    if (most > 0) return most
  }
  return null
}

/** The tokens that the input leaves of the context; null: the refusal does not say both. */
function readRoom(said: string): number | null {
  const { window, said: messages, input } = (WINDOW.exec(said) ?? SUM.exec(said))?.groups ?? {}
  return window === undefined ? null : Number(window) - Number(messages ?? input)
}
