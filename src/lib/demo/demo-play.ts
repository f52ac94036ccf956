import { QwenctlError } from '../base/errors.ts'
import { DemoClient } from './demo-client.ts'
import type { DemoReply } from './demo-client.ts'
import type { DemoStage } from './demo-stage.ts'
import { DemoStory } from './demo-story.ts'

export interface Direction {
  /** Epoch milliseconds. */
  now: () => number
  /** Pauses so that the viewer can follow; rejects when interrupted. Does not pause without a viewer. */
  pause: (ms: number) => Promise<void>
  signal: AbortSignal
  onChange: (story: DemoStory) => void
}

// Milliseconds that people need to see one request, to read a line, and to understand the picture.
const STEP_MS = 350
const READ_MS = 1_300
const OPENING_MS = 1_600

const STREAMED_EVERY = 3
const REVOKED = { name: 'home', after: 4 }
/** More requests than all accounts can serve; reached only if quotas fail to hold. */
const MOST_REQUESTS = 60

/** Sends requests until every account is out; in the middle, the key of one account is revoked. */
export async function playDemo(stage: DemoStage, direction: Direction): Promise<DemoStory> {
  const { pause, signal, onChange } = direction
  const story = new DemoStory(stage.proxy.url, await stage.accounts())
  const client = new DemoClient(stage.proxy.url, signal)
  try {
    onChange(story)
    await pause(OPENING_MS)
    while (story.poolOut === null) {
      if (story.revoked === null && story.answeredBy(REVOKED.name) === REVOKED.after) {
        await stage.revokeKey(REVOKED.name)
        story.revokeKey(REVOKED.name)
        onChange(story)
        await pause(READ_MS)
      }
      const beats = story.beats.length
      await sendOne(story, client, stage, direction)
      onChange(story)
      if (story.poolOut === null) await pause(story.beats.length > beats ? READ_MS : STEP_MS)
    }
    return story
  } finally {
    client.close()
  }
}

async function sendOne(
  story: DemoStory,
  client: DemoClient,
  stage: DemoStage,
  { now }: Direction,
): Promise<void> {
  const number = story.sent + 1
  const reply = await client.ask(`request ${number}`, { isStreamed: number % STREAMED_EVERY === 0 })
  const accounts = await stage.accounts()
  if (reply.status === 429) story.refusedWith(reply, accounts)
  else story.answeredWith(checked(reply, number), accounts, now())
  if (reply.status === 429 && story.poolOut === null) throw unexpected(reply, number)
  if (number === MOST_REQUESTS) throw new QwenctlError('failed', `${number} requests went by without a limit`)
}

function checked(reply: DemoReply, number: number): DemoReply {
  if (reply.status !== 200 || reply.account === null || !reply.isComplete) throw unexpected(reply, number)
  return reply
}

function unexpected({ status, message }: DemoReply, number: number): QwenctlError {
  return new QwenctlError(
    'failed',
    `request ${number} of the demo was answered with ${status}: ${message ?? ''}`,
    {
      hint: 'this is a bug in qwenctl; please report it with this output',
    },
  )
}
