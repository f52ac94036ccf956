/** The parts of a request that the simulated upstream reads. */
export interface Ask {
  model: string
  stream: boolean
  /** A chat stream reports its usage only on request. */
  wantsUsage: boolean
  inputTokens: number
}

/** A simulated endpoint: its whole answer, and its stream frames; null: it has none. */
export interface SimulatedRoute {
  whole: (ask: Ask) => object
  frames: ((ask: Ask) => Generator<string>) | null
}

export const WORDS = 'This reply is simulated by the qwenctl sandbox; no model has read your message.'.split(
  ' ',
)
export const TEXT = WORDS.join(' ')

/** The words with their spaces, as a model streams them. Together they are the whole reply. */
export const PIECES = WORDS.map((word, index) => (index === 0 ? word : ` ${word}`))

export function writeEvent(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
}

export const now = (): number => Math.floor(Date.now() / 1000)
