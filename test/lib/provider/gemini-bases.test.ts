import { expect, test } from 'vitest'
import { custom } from '../../../src/lib/provider/builtin/custom.ts'
import { gemini } from '../../../src/lib/provider/builtin/makers/gemini.ts'

test.each([
  ['https://x.example/v1beta', 'https://x.example/v1beta'],
  ['https://x.example/api/v1alpha/', 'https://x.example/api/v1alpha'],
  ['https://x.example/gemini', 'https://x.example/gemini/v1beta'],
  ['https://generativelanguage.googleapis.com/v1beta', 'https://generativelanguage.googleapis.com/v1beta'],
])('%s is a Gemini API', (url, base) => {
  expect(custom.bases(url)).toEqual({ openai: null, anthropic: null, gemini: base })
})

test.each(['https://x.example/v1beta/openai', 'https://x.example/gemini/v1'])(
  '%s is an OpenAI base',
  (url) => {
    expect(custom.bases(url)).toEqual({ openai: url, anthropic: null })
  },
)

test('Gemini itself has both, each with its own header', () => {
  expect(gemini.bases(null)).toEqual({
    openai: 'https://generativelanguage.googleapis.com/v1beta/openai',
    anthropic: null,
    gemini: 'https://generativelanguage.googleapis.com/v1beta',
  })
  expect(gemini.authHeaders('k', 'gemini')).toEqual({ 'x-goog-api-key': 'k' })
  expect(gemini.authHeaders('k', 'openai')).toEqual({ authorization: 'Bearer k' })
})
