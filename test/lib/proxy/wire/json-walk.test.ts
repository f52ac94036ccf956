import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { SOURCE_SECTION, sourceHash } from '../../../../scripts/build-wasm.ts'
import { usageNames } from '../../../../src/lib/provider/usage.ts'
import { inspectResponse, inspectAnyResponse } from '../../../../src/lib/proxy/wire/inspect-response.ts'
import { AnswerWalk, MOST_WALKED_BYTES, RequestWalk } from '../../../../src/lib/proxy/wire/json-walk.ts'
import { bodyKeys, scanAnyBody, scanBody } from '../../../../src/lib/proxy/wire/scan-body.ts'
import { anyBody, anyNoise, noisyJson } from './noisy-json.ts'

const wire = new URL('../../../../src/lib/proxy/wire/', import.meta.url)
/** Node reads TypeScript by WebAssembly itself. */
const built = new URL('../../../../dist/lib/proxy/wire/', import.meta.url)
const requests = new RequestWalk(bodyKeys, 'messages')
const answers = new AnswerWalk(usageNames)

/** Valid JSON, and what becomes of it when a byte or two are others. */
const anyText = (value: fc.Arbitrary<unknown>) =>
  fc
    .tuple(
      value,
      anyNoise,
      fc.array(
        fc.record({
          at: fc.nat(),
          byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:\\ -0e.tn'))),
        }),
        { maxLength: 3 },
      ),
      fc.nat(10),
    )
    .map(([value, choose, changes, cut]) => {
      const body = Buffer.from(noisyJson(value, choose))
      for (const { at, byte } of changes) body[at % body.length] = byte
      return cut === 0 ? body.subarray(0, body.length >> 1) : body
    })

const message = fc.record(
  {
    role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
    content: fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'binary' }), fc.jsonValue()),
    name: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const chat = fc.record(
  {
    model: fc.string(),
    messages: fc.array(fc.oneof({ weight: 4, arbitrary: message }, fc.jsonValue()), { maxLength: 12 }),
    stream: fc.boolean(),
    user: fc.string(),
    metadata: fc.jsonValue(),
    temperature: fc.double({ noNaN: true, noDefaultInfinity: true }),
    tools: fc.jsonValue(),
  },
  { requiredKeys: ['model', 'messages'] },
)
const count = fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.jsonValue())
const answer = fc.record(
  {
    id: fc.string(),
    created: fc.nat(),
    choices: fc.array(fc.record({ index: fc.nat(), message })),
    usage: fc.oneof(
      fc.dictionary(fc.constantFrom(...usageNames, 'total_tokens', 'details'), count),
      fc.jsonValue(),
    ),
    code: fc.nat(),
    errorType: fc.string(),
    error: fc.jsonValue(),
  },
  { requiredKeys: ['id', 'choices'] },
)

describe('the walk in machine code', () => {
  test('finds in a request what the other walk finds, or says that it is odd', () => {
    fc.assert(
      fc.property(anyText(fc.oneof(chat, anyBody)), (body) => {
        expect(scanBody(body)).toEqual(scanAnyBody(body))
      }),
      { numRuns: 3000 },
    )
  })

  test('finds in an answer what the other walk finds, or says that it is odd', () => {
    fc.assert(
      fc.property(anyText(answer), (body) => {
        expect(inspectResponse(body)).toEqual(inspectAnyResponse(body))
      }),
      { numRuns: 3000 },
    )
  })

  test('says of arbitrary bytes what the other walk says', () => {
    const letters = fc.constantFrom(...Buffer.from('{}[]",:\\ 01-.eE+truefalsn\n\t'))
    fc.assert(
      fc.property(fc.array(fc.oneof(letters, fc.nat(255)), { maxLength: 60 }), (bytes) => {
        const body = Buffer.from([0x7b, ...bytes])
        expect(scanBody(body)).toEqual(scanAnyBody(body))
        expect(inspectResponse(body)).toEqual(inspectAnyResponse(body))
      }),
      { numRuns: 3000 },
    )
  })

  test('walks what clients and upstreams usually send, whatever is said in it', () => {
    const text = fc.string({ maxLength: 300 })
    fc.assert(
      fc.property(text, text, fc.nat(), (system, said, tokens) => {
        const request = {
          model: 'm',
          messages: [
            { role: 'system', content: system },
            { role: 'user', content: [{ type: 'text', text: said }] },
          ],
          stream: true,
          temperature: 0.7,
        }
        expect(requests.goes(Buffer.from(JSON.stringify(request)))).toBe(true)
        expect(requests.contents()).toHaveLength(2)
        const told = { id: 'x', choices: [{ message: { content: said } }], usage: { prompt_tokens: tokens } }
        const isUsual = answers.goes(Buffer.from(JSON.stringify(told)))
        expect(isUsual).toBe(!/(^|")error$/.test(said))
      }),
    )
  })

  test('what an earlier text has left behind is not part of a shorter one', () => {
    const whole = Buffer.from(
      JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }], n: 12 }),
    )
    for (let end = 0; end < whole.length; end++) {
      expect(requests.goes(whole)).toBe(true)
      expect(requests.goes(whole.subarray(0, end))).toBe(false)
      expect(answers.goes(whole)).toBe(true)
      expect(answers.goes(whole.subarray(0, end))).toBe(false)
    }
  })

  test.each([
    ['an escape in a key', '{"model":"m","mess\\u0061ges":[]}'],
    ['a model in other letters', '{"Model":"m"}'],
    ['a key twice', '{"model":"m","model":"n"}'],
    ['no member', '{}'],
    ['deep nesting', `{"model":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['a byte order mark', '\ufeff{"model":"m"}'],
    ['something behind it', '{"model":"m"} {}'],
  ])('leaves a request with %s to the other walk', (_what, text) => {
    expect(requests.goes(Buffer.from(text))).toBe(false)
  })

  test('leaves what is long to the other walk', () => {
    const body = (bytes: number) => {
      const empty = JSON.stringify({ model: '' })
      return Buffer.from(JSON.stringify({ model: 'm'.repeat(bytes - empty.length) }))
    }
    expect(requests.goes(body(MOST_WALKED_BYTES))).toBe(true)
    expect(requests.goes(body(MOST_WALKED_BYTES + 1))).toBe(false)
    expect(scanBody(body(MOST_WALKED_BYTES + 1))).toMatchObject({ ok: true })
  })

  test('was made from the source that stands here', () => {
    const { Module } = Reflect.get(globalThis, 'WebAssembly') as {
      Module: { new (code: Uint8Array): object; customSections(module: object, name: string): ArrayBuffer[] }
    }
    const [section] = Module.customSections(
      new Module(readFileSync(new URL('json-walk.wasm', wire))),
      SOURCE_SECTION,
    )
    expect(Buffer.from(section!)).toEqual(sourceHash()) // `npm run wasm` makes it anew
  })

  test('where there is no WebAssembly, the other walk does all', () => {
    const script = `
      const { scanBody } = await import(${JSON.stringify(new URL('scan-body.js', built).href)})
      const { fields } = scanBody(Buffer.from('{"model":"m"}'))
      console.log(typeof WebAssembly, JSON.stringify(fields.model))`
    const args = ['--jitless', '--no-warnings', '--input-type=module', '--eval', script]
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe(
      'undefined {"start":9,"end":12}\n',
    )
  })
})
