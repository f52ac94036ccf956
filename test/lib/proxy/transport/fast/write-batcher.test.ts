import { expect, test } from 'vitest'
import { WriteBatcher } from '../../../../../src/lib/proxy/transport/fast/sockets/write-batcher.ts'
import { givenConnection } from './given-connection.ts'

const NOTHING = Buffer.alloc(0)

/** An outbox that sends when the test says so. */
function givenOutbox(): { outbox: WriteBatcher; send: () => void; planned: () => number } {
  const plans: (() => void)[] = []
  const outbox = new WriteBatcher((send) => plans.push(send))
  return { outbox, send: () => plans.shift()?.(), planned: () => plans.length }
}

test('when texts are put in before the end comes, they leave in order, and each sender is notified once', async () => {
  const { near, far, writer } = await givenConnection()
  const { outbox, send, planned } = givenOutbox()
  const told: string[] = []
  outbox.add(writer, 'one ', NOTHING, { onWritten: () => told.push('one') })
  outbox.add(writer, 'two\xff', Buffer.from(' and a body, '), { onWritten: () => told.push('two') })
  expect([planned(), told, near.bytesWritten]).toEqual([1, [], 0])
  send()
  expect(told).toEqual(['one', 'two'])
  near.end()
  const chunks: Buffer[] = await far.toArray()
  expect(Buffer.concat(chunks).toString('latin1')).toBe('one two\xff and a body, ')
})

test('when a sender puts in another text in its notification, that one waits for the next end', async () => {
  const { near, writer } = await givenConnection()
  const { outbox, send, planned } = givenOutbox()
  outbox.add(writer, 'first', NOTHING, { onWritten: () => outbox.add(writer, 'second', NOTHING) })
  send()
  expect([near.bytesWritten, planned()]).toEqual(['first'.length, 1])
  send()
  expect(near.bytesWritten).toBe('firstsecond'.length)
})

test('when a socket was closed meanwhile, its text is dropped, its sender hears nothing, and the others leave', async () => {
  const { near: closed, writer: toClosed } = await givenConnection()
  const { near: open, writer: toOpen } = await givenConnection()
  const { outbox, send } = givenOutbox()
  const told: string[] = []
  outbox.add(toClosed, 'lost', NOTHING, { onWritten: () => told.push('lost') })
  outbox.add(toOpen, 'there', NOTHING, { onWritten: () => told.push('there') })
  closed.destroy()
  send()
  expect([told, open.bytesWritten]).toEqual([['there'], 'there'.length])
})

test('when a peer does not read, what waits for it is not written over by what is sent later', async () => {
  const { near: slow, far: slowPeer, writer: toSlow } = await givenConnection()
  const { writer: toQuick } = await givenConnection()
  const { outbox, send } = givenOutbox()
  slowPeer.pause()
  const body = (n: number) => Buffer.alloc(16_000, 97 + (n % 26))
  let sent = 0
  for (; !toSlow.hasUnsent; sent++) {
    outbox.add(toSlow, '', body(sent))
    send()
  }
  for (let n = 0; n < 50; n++) {
    outbox.add(toQuick, '', Buffer.alloc(16_000, 33))
    outbox.add(toSlow, '', body(sent++))
    send()
  }
  slow.end()
  const got = Buffer.concat(await slowPeer.toArray())
  expect(got.equals(Buffer.concat(Array.from({ length: sent }, (_, n) => body(n))))).toBe(true)
})

test('when far more is put in than is kept ready, all of it leaves as it is', async () => {
  const { near, far, writer } = await givenConnection()
  const { outbox, send } = givenOutbox()
  const heads = Array.from({ length: 3_000 }, (_, n) => `${n} `)
  for (const head of heads) outbox.add(writer, head, Buffer.from('x'.repeat(1_000)))
  send()
  near.end()
  const got = Buffer.concat(await far.toArray()).toString()
  expect(got === heads.map((head) => head + 'x'.repeat(1_000)).join('')).toBe(true)
})
