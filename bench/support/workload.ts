import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The content of requests and responses, as files in the given folder. */
export interface Workload {
  chatBody: string
  streamBody: string
  largeBody: string
  /** The stub's whole response to a chat, byte for byte. */
  reply: string
  /** A JSON array of the frames of a stream. */
  framesFile: string
  /** All bytes of a stream's frames. */
  streamBytes: number
}

export const EVENTS_PER_STREAM = 100
const MODEL = 'bench-model'

/** Words, not one letter: proxies that scan or copy text must process it. No quote, dollar or backslash. */
function words(bytes: number): string {
  const text =
    'the quota of every account is counted before a request is sent and settled after it was answered '
  return text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes)
}

function request(bytes: number, extra: object): string {
  const whole = (content: string) =>
    JSON.stringify({
      model: MODEL,
      messages: [
        { role: 'system', content: 'You answer briefly.' },
        { role: 'user', content },
      ],
      ...extra,
    })
  return whole(words(bytes - whole('').length))
}

function reply(bytes: number): string {
  const whole = (content: string) =>
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion',
      created: 1_790_000_000,
      model: MODEL,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', logprobs: null }],
      usage: { prompt_tokens: 310, completion_tokens: 290, total_tokens: 600 },
    })
  return whole(words(bytes - whole('').length))
}

function frames(): string[] {
  const chunk = (rest: object) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', ...rest })}\n\n`
  const delta = (content: string) => chunk({ choices: [{ index: 0, delta: { content } }] })
  const all = Array.from({ length: EVENTS_PER_STREAM - 2 }, (_, index) => delta(`word ${index} `))
  const usage = { prompt_tokens: 310, completion_tokens: 98, total_tokens: 408 }
  return [
    ...all,
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    chunk({ choices: [], usage }),
    'data: [DONE]\n\n',
  ]
}

export function writeWorkload(folder: string): Workload {
  const put = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const all = frames()
  return {
    chatBody: put('chat.json', request(1300, {})),
    // The client requests the usage, so that every subject forwards the same bytes.
    streamBody: put('stream.json', request(1300, { stream: true, stream_options: { include_usage: true } })),
    largeBody: put('large.json', request(400_000, {})),
    reply: reply(1600),
    framesFile: put('frames.json', JSON.stringify(all)),
    streamBytes: Buffer.byteLength(all.join('')),
  }
}
