// When a waiting request leaves. Whole proxies with queues are tested in `selection/waiting.test.ts`.

import { expect, onTestFinished, test } from 'vitest'
import { MARGIN_MS, RequestQueue } from '../../../../src/lib/proxy/pool/request-queue.ts'
import { Pool } from '../../../../src/lib/rotation/pool/pool.ts'
import { until } from '../../../support/servers/proxy-harness.ts'
import { Ground, NOON, members } from '../../rotation/fixture.ts'

/** An account with one request in ten seconds, which is used up, and a request that waits for it. */
function given(untilTime: number) {
  const ground = new Ground().limit('a0', '1/10s')
  ground.use('a0')
  const pool = new Pool(members(1), { strategy: 'priority', affinity: false })
  const scene = { now: NOON, elapsed: 0, ticks: 0, ends: [] as string[] }
  const view = { ...ground.view(NOON) }
  Object.defineProperty(view, 'now', { get: () => scene.now })
  const queue = new RequestQueue({
    pool: () => pool,
    view,
    refresh: () => undefined,
    monotonic: () => scene.elapsed,
  })
  onTestFinished(() => queue.close())
  const request = { wanted: [{}], kind: 'chat', place: queue.nextPlace(), until: untilTime }
  void queue
    .enter({ ...request, onTick: () => (scene.ticks += 1) }, () => undefined)
    .then((end) => scene.ends.push(end))
  return scene
}

async function someTicks(scene: { ticks: number }): Promise<void> {
  const before = scene.ticks
  await until(() => scene.ticks >= before + 3)
}

test('a request leaves a margin after its place is free, since earlier ones reached the provider late', async () => {
  const scene = given(NOON + 60_000)
  await someTicks(scene)
  scene.now = NOON + 10_000
  await someTicks(scene)
  scene.elapsed = MARGIN_MS - 1
  await someTicks(scene)
  expect(scene.ends).toEqual([])
  scene.elapsed = MARGIN_MS
  await until(() => scene.ends.length > 0)
  expect(scene.ends).toEqual(['go'])
})

test('a request that would be late after the margin leaves at once', async () => {
  const scene = given(NOON + 10_020)
  await someTicks(scene)
  scene.now = NOON + 10_000
  await until(() => scene.ends.length > 0)
  expect(scene.ends).toEqual(['go'])
})
