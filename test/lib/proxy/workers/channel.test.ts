import { expect, test } from 'vitest'
import { Channel } from '../../../../src/lib/proxy/workers/channel.ts'
import type { Wire } from '../../../../src/lib/proxy/workers/channel.ts'

interface Left {
  tells: { word: string }
  asks: { number: number }
}
interface Right {
  tells: { other: number }
  asks: { text: string }
}

/** Two ends; what one sends the other takes as JSON, as between processes. */
function givenWires(): [Wire, Wire] {
  const takers: ((message: unknown) => void)[] = []
  const end = (mine: number, other: number): Wire => ({
    send: (message, sent) => {
      const text = JSON.stringify(message)
      queueMicrotask(() => takers[other]?.(JSON.parse(text)))
      sent(null)
    },
    onMessage: (take) => (takers[mine] = take),
  })
  return [end(0, 1), end(1, 0)]
}

test('what one side tells the other hears, and questions have their own answers', async () => {
  const [a, b] = givenWires()
  const left = new Channel<Left, Right>(a)
  const right = new Channel<Right, Left>(b)
  const heard: string[] = []
  right.on('word', (word) => heard.push(word)).answer('number', () => 7)
  left.answer('text', async () => 'later')
  left.tell('word', 'hello')
  expect(await Promise.all([left.ask('number', 60_000), right.ask('text', 60_000)])).toEqual([7, 'later'])
  expect(heard).toEqual(['hello'])
})

test('a question without an answer, or that fails, ends with null', async () => {
  const [a, b] = givenWires()
  const left = new Channel<Left, Right>(a)
  const right = new Channel<Right, Left>(b)
  expect(await left.ask('number', 60_000)).toBeNull() // no handler there has an answer
  right.answer('number', () => {
    throw new Error('out of order')
  })
  expect(await left.ask('number', 60_000)).toBeNull()
  right.answer('number', () => new Promise<number>(() => undefined))
  expect(await left.ask('number', 1)).toBeNull()
  const waiting = left.ask('number', 60_000)
  left.close()
  expect(await waiting).toBeNull()
})

test('when the other side is gone, a question ends with null and telling does not throw', async () => {
  const gone = new Channel<Left, Right>({
    send: () => {
      throw new Error('channel closed')
    },
    onMessage: () => undefined,
  })
  gone.tell('word', 'hello')
  expect(await gone.ask('number', 60_000)).toBeNull()
  const failing = new Channel<Left, Right>({
    send: (_, sent) => sent(new Error('EPIPE')),
    onMessage: () => undefined,
  })
  expect(await failing.ask('number', 60_000)).toBeNull()
})

test('a foreign message is passed over', async () => {
  let take: (message: unknown) => void = () => undefined
  const sent: unknown[] = []
  const wire: Wire = { send: (message) => void sent.push(message), onMessage: (taker) => (take = taker) }
  const heard: number[] = []
  new Channel<Left, Right>(wire).on('other', (value) => heard.push(value))
  for (const message of [null, 7, 'text', {}, { kind: 'tell' }, { kind: 'answer', id: 9 }]) take(message)
  for (const kind of ['tell', 'banana']) take({ kind, name: 'unknown', id: 1, value: 7 })
  await new Promise((resolve) => setImmediate(resolve))
  expect([heard, sent]).toEqual([[], []])
})
