import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  modelEdits,
  splice,
  usageEdits,
  withModel,
  withUsageRequested,
} from '../../../../../src/lib/proxy/wire/body/edit-body.ts'
import { scanBody, type BodyFields } from '../../../../../src/lib/proxy/wire/body/scan-body.ts'
import { anyBody, anyNoise, noisyJson } from './noisy-json.ts'

const options = fc.constantFrom(
  undefined,
  null,
  {},
  { include_usage: false },
  { include_usage: null },
  { include_usage: true },
  { include_obfuscation: false },
  { include_obfuscation: false, include_usage: false },
)

test('for any body, asking for usage changes that member alone, and nothing when the client asked itself', () => {
  fc.assert(
    fc.property(anyBody, options, anyNoise, (value, stream_options, choose) => {
      const before = asJson({ ...value, stream_options })
      const body = Buffer.from(noisyJson(before, choose))
      const after = withUsageRequested(body, scanned(body))
      const isAsked = stream_options?.include_usage === true
      expect(after === null ? null : JSON.parse(after.toString())).toEqual(
        isAsked ? null : { ...before, stream_options: { ...stream_options, include_usage: true } },
      )
    }),
    { numRuns: 300 },
  )
})

test('for any body with a model, another model changes nothing else, not one byte', () => {
  fc.assert(
    fc.property(anyBody, fc.string({ unit: 'binary' }), anyNoise, (value, model, choose) => {
      const body = Buffer.from(noisyJson({ ...value, model: 'MODEL-HERE' }, choose))
      const scan = scanned(body)
      const after = withModel(body, scan, model)
      const span = scan.fields.model ?? { start: 0, end: 0 }
      const end = after.length - (body.length - span.end)
      expect(after.subarray(0, span.start)).toEqual(body.subarray(0, span.start))
      expect(after.subarray(end)).toEqual(body.subarray(span.end))
      expect(JSON.parse(after.toString('utf8', span.start, end))).toBe(model)
    }),
  )
})

test.each([
  ['{}', '{"stream_options":{"include_usage":true}}'],
  ['{ "model" : "a" }', '{"stream_options":{"include_usage":true}, "model" : "a" }'],
  ['{"stream_options":null}', '{"stream_options":{"include_usage":true}}'],
  ['{"stream_options":{ }}', '{"stream_options":{"include_usage":true }}'],
  ['{"stream_options":{"a":1}}', '{"stream_options":{"include_usage":true,"a":1}}'],
  [
    '{"stream_options":{"a":1, "include_usage" : false}}',
    '{"stream_options":{"a":1, "include_usage" : true}}',
  ],
  ['{"stream_options":{"include\\u005fusage":null}}', '{"stream_options":{"include\\u005fusage":true}}'],
  [
    '{"stream_options":{"include_usage":true,"include_usage":false}}',
    '{"stream_options":{"include_usage":true,"include_usage":true}}',
  ],
])('when the body is %s, the smallest edit makes %s of it', (before, after) => {
  const body = Buffer.from(before)
  expect(withUsageRequested(body, scanned(body))?.toString()).toBe(after)
})

test.each([
  '{"stream_options":{"include_usage":true}}',
  '{"stream_options":"odd"}',
  '{"stream_options":[1]}',
  '{"stream_options":{"include_usage":"yes"}}',
])('when the body is %s, leaves it as it is', (text) => {
  const body = Buffer.from(text)
  expect(withUsageRequested(body, scanned(body))).toBeNull()
})

test('when model and usage both change, one splice makes both edits', () => {
  const body = Buffer.from('{"model":"alias","stream_options":{}}')
  const scan = scanned(body)
  const after = splice(body, [...usageEdits(body, scan), ...modelEdits(scan, 'real "é"')])
  expect(after.toString()).toBe('{"model":"real \\"é\\"","stream_options":{"include_usage":true}}')
})

test('when the body names no model, another model changes nothing', () => {
  const body = Buffer.from('{"input":"x"}')
  expect(withModel(body, scanned(body), 'm').equals(body)).toBe(true)
})

test('when the body holds bytes that are not UTF-8, they stay as they are', () => {
  const body = Buffer.concat([
    Buffer.from('{"a":"'),
    Buffer.from([0xff, 0xfe, 0xc3]),
    Buffer.from('","model":"x"}'),
  ])
  const after = withModel(body, scanned(body), 'y')
  expect(after.subarray(0, 9)).toEqual(body.subarray(0, 9))
})

function scanned(body: Buffer): BodyFields {
  const scan = scanBody(body)
  if (!scan.ok) throw new Error(`refused as ${scan.reason}: ${body.toString()}`)
  return scan
}

/** As JSON keeps it: without undefined members, and without negative zero. */
function asJson(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>
}
