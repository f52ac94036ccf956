// The laws of a batch: no row goes out twice, and whatever a crash leaves of the files, no answer is lost or doubled.

import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RequestSplitter } from '../../../../src/lib/proxy/batches/split-requests.ts'
import { BatchFiles, makeHeader } from '../../../../src/lib/toolkit/batch/results/batch-files.ts'
import { checkBatchInput } from '../../../../src/lib/toolkit/batch/input/batch-input.ts'
import { batchPaths } from '../../../../src/lib/toolkit/batch/results/batch-paths.ts'
import { CustomIds } from '../../../../src/lib/toolkit/batch/input/custom-ids.ts'
import { LONGEST_LINE } from '../../../../src/lib/toolkit/batch/input/read-lines.ts'
import { RowPlaces } from '../../../../src/lib/toolkit/batch/input/row-places.ts'
import { fitsAllAt } from '../../../../src/lib/toolkit/batch/fits-all-at.ts'
import { readHeader } from '../../../../src/lib/toolkit/batch/results/journal.ts'
import { Lanes } from '../../../../src/lib/toolkit/batch/run/lanes.ts'
import type { ExplainedLimit } from '../../../../src/lib/toolkit/views.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const lane = {
  model: 'm',
  path: '/v1/chat/completions',
  lines: 0,
  bytes: 0,
  mostOutputTokens: 0,
  unlimited: 0,
}

test('lanes hand out every row once, the earliest of the open lanes first, and a closed lane waits', () => {
  const plan = fc.record({
    laneOf: fc.array(fc.nat(2), { minLength: 1, maxLength: 30 }),
    steps: fc.array(fc.constantFrom('take', 'back', 'close', 'later'), { maxLength: 80 }),
  })
  fc.assert(
    fc.property(plan, ({ laneOf, steps }) => {
      const input = {
        count: laneOf.length,
        lanes: [lane, lane, lane],
        findLane: (row: number) => laneOf[row]!,
      }
      const lanes = new Lanes(input, () => true)
      const outside: number[] = []
      const closedUntil = [0, 0, 0]
      let now = 1_000
      for (const step of [...steps, ...laneOf.flatMap(() => ['later', 'take'] as const)]) {
        if (step === 'later') now += 50_000
        const last = outside.at(-1)
        if (step === 'back' && last !== undefined) lanes.giveBack(outside.pop()!)
        if (step === 'close' && last !== undefined) {
          closedUntil[laneOf[last]!] = now + 40_000
          lanes.close(last, { until: now + 40_000, now, reason: 'out' })
        }
        if (step !== 'take') continue
        const row = lanes.take(now)
        const open = laneOf.flatMap((of, at) => (outside.includes(at) || closedUntil[of]! > now ? [] : [at]))
        expect(row).toBe(open[0] ?? null)
        if (row !== null) outside.push(row)
      }
      expect(lanes.left).toBe(laneOf.length - outside.length)
      expect(new Set(outside).size).toBe(outside.length)
    }),
  )
})

test('one lane hands out the wanted rows alone, in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 100 }), (wanted) => {
      const input = { count: wanted.length, lanes: [lane], findLane: () => 0 }
      const lanes = new Lanes(input, (row) => wanted[row]!)
      const rows = wanted.flatMap((isWanted, row) => (isWanted ? [row] : []))
      expect(lanes.left).toBe(rows.length)
      expect(wanted.map(() => lanes.take(0)).filter((row) => row !== null)).toEqual(rows)
    }),
  )
})

test('places of rows are kept exactly, however far apart the lines are', () => {
  const lines = fc.array(fc.record({ gap: fc.nat(5), length: fc.nat(LONGEST_LINE), lane: fc.nat(0xffff) }), {
    maxLength: 3000,
    size: 'max',
  })
  fc.assert(
    fc.property(lines, (given) => {
      const places = new RowPlaces()
      let offset = 0
      const expected = given.map(({ gap, length, lane }) => {
        const place = [offset + gap, length, lane]
        places.add(offset + gap, length, lane)
        offset += gap + length + 1
        return place
      })
      const found = given.map((_, row) => [
        places.findOffset(row),
        places.findLength(row),
        places.findLane(row),
      ])
      expect(found).toEqual(expected)
      expect(places.count).toBe(given.length)
    }),
    { numRuns: 20 },
  )
})

test('a closed lane is tested with one row a minute, and opens when it is answered', () => {
  const lanes = new Lanes({ count: 3, lanes: [lane], findLane: () => 0 }, () => true)
  lanes.giveBack(lanes.take(0)!)
  lanes.close(0, { until: 1e9, now: 0, reason: 'out' })
  expect(lanes.take(59_999)).toBeNull()
  expect([lanes.take(60_000), lanes.take(60_000)]).toEqual([0, null])
  lanes.open(0)
  expect(lanes.take(60_001)).toBe(1)
})

/** A crash leaves the files up to any place, but what the journal has recorded is in the results. */
test('after a crash at any byte, every answer on disk counts once, and the rest is open or unknown', async () => {
  const rows = 6
  const crash = fc.record({
    lost: fc.nat(120),
    tail: fc.nat(40),
    order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5]),
  })
  await fc.assert(
    fc.asyncProperty(crash, async ({ lost, tail, order }) => {
      const folder = temporaryFolder()
      const file = join(folder, 'tasks.jsonl')
      const line = (row: number) => ({
        custom_id: `id-${row}`,
        url: '/v1/embeddings',
        body: { model: 'm', input: 'x' },
      })
      writeFileSync(file, Array.from({ length: rows }, (_, row) => `${JSON.stringify(line(row))}\n`).join(''))
      const input = await checkBatchInput(file, null)
      const paths = batchPaths(file, {})
      const files = await BatchFiles.create(paths, input, makeHeader('batch_1', input, paths, null))
      const facts = { account: 'p/a', inputTokens: 1, outputTokens: null, costUsd: 0.5 }
      for (const row of order) {
        await files.claim(row)
        if (row === 3) await files.release(row)
        else
          await files.keep(
            row,
            row === 4 ? 'errors' : 'output',
            Buffer.from(`{"custom_id":"id-${row}"}\n`),
            facts,
          )
      }
      await files.close()
      const header = (await readHeader(paths.journal))!
      const journal = readFileSync(paths.journal)
      const least = journal.indexOf(10) + 1
      truncateSync(paths.journal, Math.max(least, journal.length - lost))
      writeFileSync(paths.output, '{"custom_id":"id-9'.slice(0, lost === 0 ? 0 : tail), { flag: 'a' })
      const written = (path: string) =>
        readFileSync(path, 'utf8')
          .split('\n')
          .flatMap((text) => /^\{"custom_id":"id-(\d)"\}$/.exec(text)?.[1] ?? [])
      const records = readFileSync(paths.journal, 'utf8').matchAll(/claimed (\d)\n/g)
      const claimed = new Set([...records].map(([, row]) => row!))
      const isForeign = [...written(paths.output), ...written(paths.errors)].some((row) => !claimed.has(row))
      if (isForeign) return // no crash does this: the claim was on disk before the line was sent
      const again = await BatchFiles.resume(paths, input, header)
      const { counts } = again.states
      expect(counts.done).toBe(written(paths.output).length)
      expect(counts.failed).toBe(written(paths.errors).length)
      expect(counts.claimed).toBe(0)
      expect(counts.done + counts.failed + counts.open + counts.unknown).toBe(rows)
      await again.tidy('output')
      expect(written(paths.output)).toEqual([...written(paths.output)].sort())
      await again.close()
      const last = await BatchFiles.resume(paths, input, header)
      expect(last.states.counts).toEqual(counts)
      await Promise.all([last.close(), input.close()])
    }),
    { numRuns: 60 },
  )
})

test('repeated ids are always suspected, and few others are', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 6_000 }), (ids) => {
      const found = new CustomIds()
      const repeated = new Set(ids.filter((id, at) => ids.indexOf(id) < at).slice(0, 500))
      for (const id of ids) found.add(id)
      for (const id of repeated) expect(found.suspects.has(id)).toBe(true)
      expect(found.suspects.size).toBeLessThanOrEqual(new Set(ids).size)
    }),
    { numRuns: 20 },
  )
  const distinct = new CustomIds()
  for (let id = 0; id < 20_000; id += 1) distinct.add(`id-${id}`)
  expect(distinct.suspects.size).toBe(0)
})

test('the end by the limits is the first second at which they allow every request', () => {
  const limit = (
    usable: number,
    used: number,
    windowMs: number,
    resetsInMs: number | null,
  ): ExplainedLimit => ({
    metric: 'requests',
    window: 'x',
    windowMs,
    max: usable,
    usable,
    used,
    reserved: 0,
    remaining: usable - used,
    resetsAt: resetsInMs === null ? null : new Date(resetsInMs).toISOString(),
    source: 'configured',
    model: null,
    from: null,
    forecast: null,
    unpriced: false,
    held: 0,
    isUsedUp: used >= usable,
    applies: true,
  })
  const account = fc
    .tuple(
      fc.integer({ min: 1, max: 20 }),
      fc.nat(20),
      fc.integer({ min: 60_000, max: 9e7 }),
      fc.nat(100_000),
    )
    .map(([usable, used, windowMs, resetsInMs]) => ({
      place: 1,
      returnsAt: null,
      limits: [limit(usable, Math.min(used, usable), windowMs, resetsInMs % windowMs)],
    }))
  fc.assert(
    fc.property(
      fc.array(account, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 300 }),
      (accounts, requests) => {
        const { roomNow, at } = fitsAllAt(accounts, requests, 0)
        if (at === null) return roomNow! >= requests
        const roomAt = (now: number) =>
          accounts.reduce((sum, { limits: [one] }) => {
            let room = one!.usable - one!.used
            for (let reset = Date.parse(one!.resetsAt!); reset <= now; reset += one!.windowMs)
              room += one!.usable
            return sum + room
          }, 0)
        expect(roomAt(at)).toBeGreaterThanOrEqual(requests)
        expect(roomAt(at - 2_000)).toBeLessThan(requests)
        return true
      },
    ),
  )
})

test('the requests of a document are its lines, however it is written and cut into pieces', () => {
  const document = fc.record({
    before: fc.jsonValue(),
    requests: fc.array(fc.jsonValue()),
    after: fc.jsonValue(),
  })
  fc.assert(
    fc.property(document, fc.integer({ min: 1, max: 50 }), fc.constantFrom(0, 2), (value, size, indent) => {
      const bytes = Buffer.from(JSON.stringify(value, null, indent))
      const splitter = new RequestSplitter()
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length; at += size)
        pieces.push(splitter.take(bytes.subarray(at, at + size)))
      const lines = Buffer.concat(pieces)
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
      expect(lines.map((line) => JSON.stringify(JSON.parse(line)))).toEqual(
        value.requests.map((each) => JSON.stringify(each)),
      )
      expect(splitter).toMatchObject({ isWhole: true, count: value.requests.length })
      const cut = new RequestSplitter()
      cut.take(bytes.subarray(0, bytes.length - 1))
      expect(cut.isWhole).toBe(false)
    }),
  )
})
