import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readField, scanForm } from '../../../../../src/lib/proxy/wire/body/scan-form.ts'

const part = (head: string, value: string) => `--B\r\n${head}\r\n\r\n${value}\r\n`
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value)
const scan = (text: string) => scanForm(Buffer.from(text), 'multipart/form-data; boundary=B')

test('finds the fields, whatever stands before, between and after', () => {
  const text = `preamble\r\n${field('x', 'model')}${field('model', 'm1')}${part('Content-Disposition: form-data; name="model"; filename="a"', 'file')}${field('stream', 'true')}--B--\r\nepilogue`
  const found = scan(text)
  if (!found.ok) throw new Error(found.reason)
  expect(readField(Buffer.from(text), found.fields.model)).toBe('m1')
  expect(readField(Buffer.from(text), found.fields.stream)).toBe('true')
  expect(readField(Buffer.from(text), found.fields.user)).toBeNull()
})

test.each([
  ['', 'malformed'],
  [field('model', 'm'), 'malformed'],
  [`x${field('model', 'm')}--B--`, 'malformed'],
  [`${field('model', 'm')}${field('model', 'n')}--B--`, 'duplicate'],
])('refuses %j as %s', (text, reason) => {
  expect(scan(text)).toEqual({ ok: false, reason })
})

test('never throws, and never looks beyond the body', () => {
  const piece = fc.constantFrom(
    '--B',
    '\r\n',
    '--',
    'Content-Disposition: form-data; name="model"',
    'x',
    '\r\n\r\n',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), (pieces) => {
      const body = Buffer.from(pieces.join(''))
      const found = scanForm(body, 'multipart/form-data; boundary="B"')
      if (!found.ok) return
      for (const span of Object.values(found.fields)) {
        expect(span.start).toBeLessThanOrEqual(span.end)
        expect(span.end).toBeLessThanOrEqual(body.length)
      }
    }),
  )
})
