import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkBatchInput } from '../../../../src/lib/toolkit/batch/input/batch-input.ts'
import {
  indexPath,
  keepInputIndex,
  readInputIndex,
} from '../../../../src/lib/toolkit/batch/input/input-index.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const LINES = 60_001

function givenInput(lines = LINES): { path: string; index: string } {
  const path = join(temporaryFolder(), 'tasks.jsonl')
  const texts = Array.from({ length: lines }, (_, line) => {
    const content = `line ${line}. ${'x'.repeat(line % 50)}`
    const body = { model: `m${line % 3}`, messages: [{ role: 'user', content }] }
    return JSON.stringify({ custom_id: `id-${line}`, method: 'POST', url: '/v1/chat/completions', body })
  })
  writeFileSync(path, `${texts.join('\n')}\n`)
  return { path, index: indexPath(`${path}.qwenctl`) }
}

test('the index of a large input gives the same lines as a check of the file', async () => {
  const { path, index } = givenInput()
  const checked = await checkBatchInput(path, null)
  keepInputIndex(index, checked)
  const read = await readInputIndex(index, { path, model: null })
  expect(read).toMatchObject({
    count: LINES,
    sha256: checked.sha256,
    bytes: checked.bytes,
    dialect: 'openai',
    lanes: checked.lanes,
  })
  for (let row = 0; row < LINES; row += 1) {
    const place = (input: typeof checked) => [
      input.findLane(row),
      input.places.findOffset(row),
      input.places.findLength(row),
    ]
    expect(place(read!)).toEqual(place(checked))
  }
  expect(await read!.read(LINES - 1)).toEqual(await checked.read(LINES - 1))
  await Promise.all([read!.close(), checked.close()])
  // Ten bytes a line, and a header.
  expect(statSync(index).size).toBeLessThan(LINES * 11)
  expect(statSync(index).mode & 0o777).toBe(0o600)
})

test('an index that does not fit the input, the model or its own checksum is not used', async () => {
  const { path, index } = givenInput()
  const checked = await checkBatchInput(path, null)
  keepInputIndex(index, checked)
  expect(await readInputIndex(index, { path, model: 'other' })).toBeNull()
  const good = readFileSync(index)
  const flipped = Buffer.from(good)
  flipped[good.length - 1_000]! ^= 1
  for (const bad of [flipped, good.subarray(0, good.length - 1), Buffer.from('{}\n'), Buffer.alloc(0)]) {
    writeFileSync(index, bad)
    expect(await readInputIndex(index, { path, model: null })).toBeNull()
  }
  writeFileSync(index, good)
  expect(await readInputIndex(index, { path, model: null })).not.toBeNull()
  const text = readFileSync(path)
  text[text.length - 5]! ^= 1 // the same size
  writeFileSync(path, text)
  expect(await readInputIndex(index, { path, model: null })).toBeNull()
  appendFileSync(path, '\n')
  expect(await readInputIndex(index, { path, model: null })).toBeNull()
})

test('a small input has no index', async () => {
  const { path, index } = givenInput(100)
  keepInputIndex(index, await checkBatchInput(path, null))
  expect(existsSync(index)).toBe(false)
})
