import type { BatchDemoDocument } from './demo-batch.ts'
import type { JobsDemoDocument } from './demo-jobs.ts'
import type { DemoStory } from './demo-story.ts'

/** The document of `demo --json`. Fields may be added, never renamed or removed. */
export interface DemoDocument {
  simulated: true
  /** The URL of the proxy; it answers until the demo ends. */
  url: string
  requests: {
    sent: number
    answered: number
    streamed: number
    refused: number
    /** Answered by an account other than the first one tried. */
    failedOver: number
  }
  accounts: {
    name: string
    limit: string
    /** The counts of the program, of qwenctl, and of the simulated provider. */
    answered: number
    counted: number
    upstream: number
    status: string
    statusReason: string | null
    availableAt: string | null
  }[]
  /** Whether the three counts agree for every account. */
  agree: boolean
  /** The last response, when every account was out. */
  poolOut: { status: 429; retryAfterMs: number; account: string; resetsAt: string; message: string } | null
  durationMs: number
  /** The job and the batch after the main story; missing with `--serve`. */
  jobs?: JobsDemoDocument
  batch?: BatchDemoDocument
}

export function summarize(story: DemoStory, durationMs: number): DemoDocument {
  const { url, sent, answered, streamed, failedOver, accounts, agrees, poolOut } = story
  return {
    simulated: true,
    url,
    requests: { sent, answered, streamed, refused: sent - answered, failedOver },
    accounts: accounts.map((account) => ({
      name: account.name,
      limit: account.limit,
      answered: story.answeredBy(account.name),
      counted: account.counted,
      upstream: account.upstream,
      status: account.status,
      statusReason: account.statusReason,
      availableAt: account.availableAt,
    })),
    agree: agrees,
    poolOut: poolOut === null ? null : { status: 429, ...poolOut },
    durationMs,
  }
}
