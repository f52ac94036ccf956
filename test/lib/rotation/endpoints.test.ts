import { describe, expect, test } from 'vitest'
import {
  asChat,
  asEmbeddings,
  asGemini,
  asGeminiCount,
  asGeminiEmbeddings,
  asMessages,
  asResponses,
  endpointAt,
  listSearches,
  readGeminiPath,
  wantedBy,
} from '../../../src/lib/rotation/endpoints.ts'

describe('an endpoint', () => {
  test.each([
    ['/chat/completions', 'openai', 'chat', asChat],
    ['/responses', 'openai', 'responses', asResponses],
    ['/messages', 'anthropic', 'messages', asMessages],
    ['/embeddings', 'openai', 'embeddings', asEmbeddings],
    ['/models/m:generateContent', 'openai', 'gemini', asGemini],
    ['/v1beta/models/m:streamGenerateContent', 'openai', 'gemini', asGemini],
    ['/models/m:embedContent', 'openai', 'gemini-embeddings', asGeminiEmbeddings],
    ['/models/m:countTokens', 'openai', 'gemini', asGeminiCount],
  ])('%s has the format of its client first', (path, dialect, format, first) => {
    const found = endpointAt(path)
    expect([found.dialect, found.format, found.ways[0]]).toEqual([dialect, format, first])
  })

  test.each([
    ['/messages/batches', 'anthropic'],
    ['/images/generations', 'openai'],
    ['/messagesfoo', 'openai'],
  ])('%s that is not translated is served in its own format alone', (path, dialect) => {
    expect(endpointAt(path)).toEqual({
      dialect,
      format: null,
      ways: [{ dialect, format: null, route: path }],
    })
  })

  test('each chat reaches all four formats, and each embedding both', () => {
    for (const path of ['/chat/completions', '/responses', '/messages', '/models/m:generateContent'])
      expect(new Set(endpointAt(path).ways)).toEqual(new Set([asChat, asMessages, asResponses, asGemini]))
    for (const path of ['/embeddings', '/models/m:batchEmbedContents'])
      expect(new Set(endpointAt(path).ways)).toEqual(new Set([asEmbeddings, asGeminiEmbeddings]))
  })
})

test.each([
  ['/models/a%2Fb:generateContent', 'a/b', 'generateContent'],
  ['/v1alpha2/models/x:y:countTokens', 'x:y', 'countTokens'],
  ['/models/%zz:countTokens', '%zz', 'countTokens'],
  ['/models/:countTokens', '', 'countTokens'],
])('of the path %s reads the model and the method', (path, model, method) => {
  expect(readGeminiPath(path)).toMatchObject({ model, method })
})

test.each(['/models/m', '/models/m:unknown', '/x/models/m:countTokens'])(
  'of the path %s reads no model',
  (path) => {
    expect(readGeminiPath(path)).toBeNull()
  },
)

describe('the searches of a request', () => {
  test('are: its own format, any other, each other alone', () => {
    expect(listSearches([asChat, asMessages, asGemini])).toEqual([
      [asChat],
      [asMessages, asGemini],
      [asMessages],
      [asGemini],
    ])
  })

  test('name no single way twice, and none without a way', () => {
    expect(listSearches([asEmbeddings, asGeminiEmbeddings])).toEqual([[asEmbeddings], [asGeminiEmbeddings]])
    expect(listSearches([asGeminiCount])).toEqual([[asGeminiCount]])
    expect(listSearches([])).toEqual([])
  })

  test('ask for one endpoint by its route, and for several by any of them, with the rest of the request', () => {
    const step = { model: 'm', provider: 'p' }
    const common = { pin: 'a', group: 'g', session: 's', homes: ['h'], user: 'u', allowed: null }
    expect(wantedBy([asEmbeddings], step, common)).toEqual({
      dialect: 'openai',
      route: '/embeddings',
      anyOf: null,
      ...step,
      ...common,
    })
    const any = [asMessages, asChat]
    expect(wantedBy(any, step, common)).toEqual({
      dialect: null,
      route: null,
      anyOf: any,
      ...step,
      ...common,
    })
  })
})
