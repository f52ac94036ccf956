/** A request to the simulated upstream, as far as it is looked at. */
export interface Ask {
  model: string
  stream: boolean
  /** A chat stream says its usage only when asked to. */
  wantsUsage: boolean
  inputTokens: number
}

/** One way of asking: the answer as a whole, and as the frames of a stream; null: it has none. */
export interface SimulatedRoute {
  whole: (ask: Ask) => object
  frames: ((ask: Ask) => Generator<string>) | null
}

export const WORDS = 'This reply is simulated by the qwenctl sandbox; no model has read your message.'.split(
  ' ',
)
export const TEXT = WORDS.join(' ')

/** The words with the blanks between them, as a model streams them: put together they are the whole reply. */
export const PIECES = WORDS.map((word, index) => (index === 0 ? word : ` ${word}`))

export function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
}

export const now = (): number => Math.floor(Date.now() / 1000)
