import { describe, expect, test } from 'vitest'
import { StreamTranslator, translateRequest } from '../../../src/lib/translate/translate.ts'
import { DONE, USAGE_CHUNK, call, chunk, finish, read } from './streams/given-stream.ts'
import { PIXEL, context, translateAnswer, translateBody } from './given-translation.ts'

const hi = [{ role: 'user', parts: [{ text: 'hi' }] }]
const toChat = (fields: object, more = {}) =>
  translateBody('gemini', 'chat', { contents: hi, ...fields }, { model: 'm', ...more })
const toMessages = (fields: object, more = {}) =>
  translateBody('gemini', 'messages', { contents: hi, ...fields }, { model: 'm', ...more })

const declaration = {
  name: 'read_file',
  description: 'reads',
  parametersJsonSchema: { type: 'object', properties: { path: { type: 'string' } } },
}

describe('a Gemini request as a chat completion', () => {
  test('system, settings, tools and schemas', () => {
    const { body, plan } = toChat({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      generationConfig: {
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        maxOutputTokens: 50,
        stopSequences: ['END'],
        responseMimeType: 'application/json',
        responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
        thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 },
      },
      tools: [{ functionDeclarations: [declaration] }, { googleSearch: {} }],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      safetySettings: [],
    })
    expect(body).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
      max_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      stop: ['END'],
      reasoning_effort: 'low',
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'answer',
          schema: { type: 'object', properties: { a: { type: ['string', 'null'] } } },
          strict: false,
        },
      },
      tools: [
        {
          type: 'function',
          function: { name: 'read_file', description: 'reads', parameters: declaration.parametersJsonSchema },
        },
      ],
      tool_choice: 'required',
    })
    expect(plan.leftOut).toEqual(['safetySettings', 'tools.googleSearch', 'generationConfig.topK'])
  })

  test('the spelling with underscores means the same', () => {
    const snake = toChat({
      system_instruction: { parts: [{ text: 's' }] },
      generation_config: { max_output_tokens: 5 },
      contents: [{ role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: PIXEL } }] }],
    })
    expect(snake.body).toMatchObject({
      max_tokens: 5,
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: [{ image_url: { url: `data:image/png;base64,${PIXEL}` } }] },
      ],
    })
  })

  test('calls without ids are paired with their results by name', () => {
    const { body } = toChat({
      contents: [
        ...hi,
        {
          role: 'model',
          parts: [
            { text: 'so', thought: true },
            { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'sig' },
            { functionCall: { name: 'g', args: {} } },
            { functionCall: { name: 'f', args: { a: 2 } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'f', response: { output: 'one' } } },
            { functionResponse: { name: 'g', response: { error: 'no' } } },
            { functionResponse: { name: 'f', response: { rows: [1, 2] } } },
          ],
        },
      ],
    })
    const [, said, ...results] = body.messages as {
      tool_calls: { id: string }[]
      reasoning_content: string
    }[]
    const ids = said!.tool_calls.map(({ id }) => id)
    expect(new Set(ids).size).toBe(3)
    expect(said!.reasoning_content).toBe('so')
    expect(results).toEqual([
      { role: 'tool', tool_call_id: ids[0], content: 'one' },
      { role: 'tool', tool_call_id: ids[1], content: 'Error: no' },
      { role: 'tool', tool_call_id: ids[2], content: '{"rows":[1,2]}' },
    ])
  })

  test('thought signatures go back to Gemini alone', () => {
    const contents = [
      ...hi,
      { role: 'model', parts: [{ functionCall: { id: 'c', name: 'f', args: {} }, thoughtSignature: 'sig' }] },
      { role: 'user', parts: [{ functionResponse: { id: 'c', name: 'f', response: { output: 'r' } } }] },
    ]
    const calls = (provider: string) =>
      (toChat({ contents }, { provider }).body.messages as { tool_calls?: object[] }[])[1]?.tool_calls
    expect(calls('gemini')).toMatchObject([{ extra_content: { google: { thought_signature: 'sig' } } }])
    expect(calls('custom')![0]).not.toHaveProperty('extra_content')
    expect(JSON.stringify(toMessages({ contents }).body)).not.toContain('sig')
  })

  test('arguments stay as they were written', () => {
    const text = `{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{"2":1,"1":12345678901234567890}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}]}`
    const { body } = translateRequest('gemini', 'messages', text, { ...context, model: 'm' })
    expect(body).toContain('"input":{"2":1,"1":12345678901234567890}')
  })
})

describe('an answer as a Gemini response', () => {
  const shown = { generationConfig: { thinkingConfig: { includeThoughts: true } } }
  const chunks = [
    chunk({ role: 'assistant', reasoning_content: 'hm' }),
    chunk({ content: 'a' }),
    call(0, '{"p":1}', { id: 'c1', name: 'f' }),
    finish('tool_calls'),
    USAGE_CHUNK,
    DONE,
  ]

  test('its chunks have texts, whole calls, a reason and usage', () => {
    const { plan } = toChat(shown, { isStream: true })
    const translator = new StreamTranslator(plan)
    const text = [...chunks.flatMap((one) => translator.push(one)), ...translator.end()].join('')
    const said = read(text).map(({ data }) => data)
    expect(said.flatMap(({ candidates }) => candidates[0].content.parts)).toEqual([
      { text: 'hm', thought: true },
      { text: 'a' },
      { functionCall: { id: 'c1', name: 'f', args: { p: 1 } } },
      { text: '' },
    ])
    expect(said.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 10 },
    })
    expect(text).not.toContain('[DONE]')
  })

  test.each([
    ['whole', chunks, 4],
    ['cut', chunks.slice(0, 2), 3],
  ])('as a list it is valid JSON: %s', (_, given, length) => {
    const { plan } = toChat(shown, { isStream: true, isList: true })
    const translator = new StreamTranslator(plan)
    const text = [...given.flatMap((one) => translator.push(one)), ...translator.end()].join('')
    expect(JSON.parse(text)).toHaveLength(length)
  })

  test('a whole message of Claude, with its signed thinking in an envelope', () => {
    const answer = translateAnswer(toMessages(shown).plan, {
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig' },
        { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 5, output_tokens: 4, cache_read_input_tokens: 2 },
    })
    expect(answer).toMatchObject({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'hm', thought: true, thoughtSignature: 'qwenctl.1.anthropic.signature.sig' },
              { functionCall: { id: 't', name: 'f', args: { a: 1 } } },
            ],
          },
          finishReason: 'STOP',
        },
      ],
      usageMetadata: { promptTokenCount: 7, cachedContentTokenCount: 2, totalTokenCount: 11 },
    })
  })
})

describe('Gemini embeddings by way of OpenAI', () => {
  const embed = (body: object) => translateBody('gemini-embeddings', 'embeddings', body, { model: 'e' })
  const content = (text: string) => ({ parts: [{ text }] })

  test('one text', () => {
    const { body, path, plan } = embed({ content: content('a'), outputDimensionality: 2, taskType: 'X' })
    expect({ body, path }).toEqual({ body: { model: 'e', input: ['a'], dimensions: 2 }, path: '/embeddings' })
    expect(plan.leftOut).toEqual(['taskType'])
    expect(translateAnswer(plan, { data: [{ embedding: [1, 0.5] }] })).toEqual({
      embedding: { values: [1, 0.5] },
    })
  })

  test('a list of texts', () => {
    const { body, plan } = embed({ requests: [{ content: content('a') }, { content: content('b') }] })
    expect(body.input).toEqual(['a', 'b'])
    expect(translateAnswer(plan, { data: [{ embedding: [1] }, { embedding: [2] }] })).toEqual({
      embeddings: [{ values: [1] }, { values: [2] }],
    })
  })
})
