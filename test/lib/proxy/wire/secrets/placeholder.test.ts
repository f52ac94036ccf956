import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPlaceholder } from '../../../../../src/lib/proxy/wire/secrets/placeholder.ts'

// Seen as keys of servers without keys: guides of LM Studio, vLLM, LiteLLM, llama.cpp, LocalAI and Ollama (2026-11).
test.each([
  '',
  'ollama',
  'EMPTY',
  'localhost',
  'not-needed',
  'not_needed',
  'placeholder',
  'lm-studio',
  'anything',
  'no-key-required',
  'sk-no-key-required',
  'not-a-real-api-key',
  'No API key',
  'undefined',
  'UNDEFINED',
  'Anything',
  'your-api-key',
  'unauthenticated',
  'xxxxxxxx',
  'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  'sk-00000000000000000000000000000000000000000000',
  '********',
  '12345678',
  '1234567890',
])('%j is a placeholder, and stays readable in errors', (key) => {
  expect(isPlaceholder(key)).toBe(true)
})

test.each([
  'hunter2hunter2',
  'sk-proj-a1b2c3d4',
  'qzjxkvwpbn',
  'abcDefGhi',
  'pass-word-1',
  'correct-horse-battery-staple',
  'aaaaaaab1',
  'gsk_Zm9vYmFy',
])('%j is a secret', (key) => {
  expect(isPlaceholder(key)).toBe(false)
})

test('a random key of a service is a secret, whatever its letters', () => {
  const letters = (text: string) =>
    fc.string({ unit: fc.constantFrom(...text), minLength: 32, maxLength: 64 })
  const hex = letters('0123456789abcdef')
  const base64 = letters('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
  const prefix = fc.constantFrom('', 'sk-', 'sk-ant-api03-', 'AIza', 'key-')
  fc.assert(
    fc.property(prefix, fc.oneof(hex, base64, letters('abcdefghijklmnopqrstuvwxyz')), (start, end) => {
      fc.pre(new Set(end).size > 1)
      expect(isPlaceholder(start + end)).toBe(false)
    }),
  )
})
