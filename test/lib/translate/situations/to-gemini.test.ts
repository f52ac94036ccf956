import { describe } from 'vitest'
import {
  assistant,
  base64,
  call,
  chat,
  messages,
  result,
  testSituations,
  tool,
  user,
} from './given-situation.ts'

const withSchema = (parameters: object) => chat({ tools: [tool('f', parameters)] })
const form = {
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'a', schema: { type: 'object', properties: { n: { type: 'integer' } } } },
  },
}
const level = (model: string, fields: object) => chat({ model, ...fields })

describe('what Gemini takes', () => {
  testSituations('gemini', {
    'JSON beside tools, on a model that takes one of them': {
      source: 'googleapis/python-genai#867',
      from: 'chat',
      body: chat({ model: 'gemini-2.5-flash', tools: [tool('f')], ...form }),
      lacks: ['responseMimeType'],
      has: ['systemInstruction', String.raw`\"integer\"`],
    },
    'JSON mode beside tools, on a model that takes one of them': {
      source: 'snailyp/gemini-balance#264',
      from: 'chat',
      body: chat({ model: 'gemini-2.5-pro', tools: [tool('f')], response_format: { type: 'json_object' } }),
      lacks: ['responseMimeType'],
      has: ['JSON'],
    },
    'JSON beside tools, on a model that takes both': {
      source: 'https://ai.google.dev/gemini-api/docs/gemini-3: structured outputs with tools',
      from: 'chat',
      body: chat({ model: 'gemini-3-pro-preview', tools: [tool('f')], ...form }),
      sent: { generationConfig: { responseMimeType: 'application/json' } },
    },
    'a low effort on Gemini 3': {
      source: 'earendil-works/pi#176',
      from: 'chat',
      body: level('gemini-3-pro-preview', { reasoning_effort: 'low' }),
      sent: { generationConfig: { thinkingConfig: { thinkingLevel: 'low' } } },
      lacks: ['thinkingBudget'],
    },
    "Groq's default effort on Gemini 3": {
      source: 'https://console.groq.com/docs/reasoning: default',
      from: 'chat',
      body: level('gemini-3-flash-preview', { reasoning_effort: 'default' }),
      lacks: ['thinkingLevel', 'thinkingBudget'],
    },
    'a medium effort on a model that knows low and high': {
      source: 'Chevey339/kelivo#196',
      from: 'chat',
      body: level('gemini-3-pro-preview', { reasoning_effort: 'medium' }),
      sent: { generationConfig: { thinkingConfig: { thinkingLevel: 'low' } } },
    },
    'thinking off on Gemini 3 Flash': {
      source: 'Chevey339/kelivo#196',
      from: 'chat',
      body: level('gemini-3-flash-preview', { thinking: { type: 'disabled' } }),
      sent: { generationConfig: { thinkingConfig: { thinkingLevel: 'minimal' } } },
    },
    'thinking off on a Flash that knows no minimal': {
      source: 'checkmarble/llmberjack#14',
      from: 'chat',
      body: level('gemini-3.7-flash', { reasoning_effort: 'none' }),
      sent: { generationConfig: { thinkingConfig: { thinkingLevel: 'low' } } },
    },
    'a budget of Anthropic on Gemini 3': {
      source: 'vybestack/llxprt-code#1330',
      from: 'messages',
      body: messages({
        model: 'gemini-3.1-pro-preview',
        thinking: { type: 'enabled', budget_tokens: 31_999 },
      }),
      sent: { generationConfig: { thinkingConfig: { thinkingLevel: 'high', includeThoughts: true } } },
      lacks: ['thinkingBudget'],
    },
    'thinking off on Gemini 2.5 Flash': {
      source: 'PublicAffairs/openai-gemini#69',
      from: 'chat',
      body: level('gemini-2.5-flash', { thinking: { type: 'disabled' } }),
      sent: { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
    },
    'a schema with its dialect': {
      source: 'GetStream/Vision-Agents#513',
      from: 'chat',
      body: withSchema({
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: { a: {} },
      }),
      lacks: ['$schema'],
    },
    'definitions by their older name': {
      source: 'agent-infra/sandbox#83',
      from: 'chat',
      body: withSchema({
        type: 'object',
        properties: { a: { $ref: '#/definitions/A' } },
        definitions: { A: { type: 'string' } },
      }),
      has: ['"$ref":"#/$defs/A"', '"$defs":{"A":{"type":"string"}}'],
      lacks: ['definitions'],
    },
    'a reference to another property, as zod writes it': {
      source: 'agent-infra/sandbox#83',
      from: 'chat',
      body: withSchema({
        type: 'object',
        properties: { a: { type: 'string', enum: ['x'] }, b: { $ref: '#/properties/a' } },
      }),
      has: ['"b":{"type":"string","enum":["x"]}'],
      lacks: ['$ref'],
    },
    'a reference with more beside it': {
      source: 'su-kaka/gcli2api#374',
      from: 'chat',
      body: withSchema({
        type: 'object',
        properties: { a: { $ref: '#/$defs/A', title: 'T', default: 'x' } },
        $defs: { A: { type: 'string' } },
      }),
      has: ['"a":{"$ref":"#/$defs/A"}'],
    },
    'an array without items': {
      source: 'router-for-me/CLIProxyAPI#5292',
      from: 'chat',
      body: withSchema({ type: 'object', properties: { params: { type: 'array' } } }),
      has: ['"params":{"type":"array","items":{}}'],
    },
    'a required property that is not there': {
      source: 'Kilo-Org/kilocode#11955',
      from: 'chat',
      body: withSchema({
        type: 'object',
        properties: { a: { type: 'array', items: { type: 'object', required: ['x'] } }, b: {} },
        required: ['b', 'c'],
      }),
      has: ['"required":["b"]'],
      lacks: ['["x"]', '"c"'],
    },
    'a constant': {
      source: 'zendev-sh/goai#108',
      from: 'chat',
      body: withSchema({ type: 'object', properties: { kind: { const: 'file' } } }),
      has: ['"enum":["file"]'],
      lacks: ['"const"'],
    },
    'a property that is named like a word of schemas': {
      source: 'router-for-me/CLIProxyAPI#5179',
      from: 'chat',
      body: withSchema({
        type: 'object',
        properties: { const: { type: 'string' }, $schema: { type: 'string' } },
      }),
      has: ['"const":{"type":"string"}', '"$schema":{"type":"string"}'],
    },
    'results in another order than their calls': {
      source: 'google-gemini/gemini-cli#16543',
      from: 'chat',
      body: chat({
        messages: [
          user(),
          assistant(null, call('a', 'f'), call('b', 'g')),
          result('b', '2'),
          result('a', '1'),
        ],
      }),
      sent: {
        contents: [
          {},
          {},
          {
            parts: [
              { functionResponse: { id: 'a', name: 'f' } },
              { functionResponse: { id: 'b', name: 'g' } },
            ],
          },
        ],
      },
    },
    'an empty text between thinking and a call': {
      source: 'router-for-me/CLIProxyAPI#3485',
      from: 'messages',
      body: messages({
        messages: [
          user(),
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'x', signature: 's' },
              { type: 'text', text: '' },
              { type: 'tool_use', id: 'a', name: 'f', input: {} },
            ],
          },
          user([{ type: 'tool_result', tool_use_id: 'a', content: 'ok' }]),
        ],
      }),
      lacks: ['"text":""', '{}]'],
    },
    'fields of a tool that only Anthropic knows': {
      source: 'router-for-me/CLIProxyAPI#2108',
      from: 'messages',
      body: messages({
        tools: [
          { name: 'f', input_schema: { type: 'object' }, eager_input_streaming: true, defer_loading: false },
        ],
      }),
      lacks: ['eager_input_streaming', 'defer_loading'],
    },
    'two tools of one name': {
      source: 'https://ai.google.dev/api/caching#FunctionDeclaration: names are unique',
      from: 'chat',
      body: chat({ tools: [tool('a'), tool('a')] }),
      sent: { tools: [{ functionDeclarations: [{ name: 'a' }] }] },
      leftOut: ['tools.a'],
    },
    'a CSV file': {
      source: 'https://ai.google.dev/gemini-api/docs/document-processing',
      from: 'chat',
      body: chat({
        messages: [
          user([
            { type: 'file', file: { filename: 'a.csv', file_data: `data:text/csv;base64,${base64('a,b')}` } },
          ]),
        ],
      }),
      has: ['"text":"a,b"'],
    },
    'a call alone in its turn, one turn for each call': {
      source: 'googleapis/js-genai#1275',
      from: 'chat',
      body: chat({
        messages: [
          user(),
          assistant(null, call('a')),
          result('a', '1'),
          assistant(null, call('b')),
          result('b', '2'),
        ],
      }),
      sent: {
        contents: [
          {},
          { parts: [{ thoughtSignature: 'skip_thought_signature_validator' }] },
          {},
          { parts: [{ thoughtSignature: 'skip_thought_signature_validator' }] },
          {},
        ],
      },
    },
    'a stop sequence that is empty': {
      source: 'https://ai.google.dev/api/generate-content: stopSequences',
      from: 'chat',
      body: chat({ stop: ['', 'x'] }),
      sent: { generationConfig: { stopSequences: ['x'] } },
    },
    'a sound as a data URL': {
      source: 'https://openrouter.ai/docs/features/multimodal/audio',
      from: 'chat',
      body: chat({
        messages: [
          user([{ type: 'input_audio', input_audio: { data: 'data:audio/wav;base64,AAAA', format: 'wav' } }]),
        ],
      }),
      has: ['"data":"AAAA"'],
    },
    'a choice of booleans': {
      source: 'nicobailon/pi-subagents#1950',
      from: 'chat',
      body: withSchema({ type: 'object', properties: { a: { type: 'boolean', enum: [false] } } }),
      has: ['"a":{"type":"boolean"}'],
    },
    'a constant that is a boolean': {
      source: 'archestra-ai/archestra#5407',
      from: 'chat',
      body: withSchema({ type: 'object', properties: { a: { type: 'boolean', const: true } } }),
      has: ['"a":{"type":"boolean"}'],
    },
    'a choice with an empty text': {
      source: 'sbroenne/mcp-server-excel#607',
      from: 'chat',
      body: withSchema({ type: 'object', properties: { a: { type: 'string', enum: ['x', ''] } } }),
      has: ['"enum":["x"]'],
    },
    'a choice with null': {
      source: 'openclaw/openclaw#104566',
      from: 'chat',
      body: withSchema({
        type: 'object',
        properties: { a: { type: ['string', 'null'], enum: ['x', null] } },
      }),
      has: ['"enum":["x"]'],
    },
    'a choice of numbers': {
      source: 'https://ai.google.dev/gemini-api/docs/structured-output: enum',
      from: 'chat',
      body: withSchema({ type: 'object', properties: { a: { type: 'integer', enum: [60, 1440] } } }),
      has: ['"enum":[60,1440]'],
    },
    'an effort that is none, on a model with levels': {
      source: 'https://ai.google.dev/gemini-api/docs/thinking: thinking levels',
      from: 'chat',
      body: level('gemini-3-pro-preview', { reasoning_effort: 'turbo' }),
      lacks: ['turbo'],
      leftOut: ['reasoning_effort'],
    },
    'an effort that is none, on a model with budgets': {
      source: 'https://ai.google.dev/gemini-api/docs/thinking: thinking budgets',
      from: 'chat',
      body: level('gemini-2.5-pro', { reasoning_effort: 'turbo' }),
      sent: { generationConfig: { thinkingConfig: { thinkingBudget: -1 } } },
      leftOut: ['reasoning_effort'],
    },
    'a user and a tier of another service': {
      source: 'https://ai.google.dev/api/generate-content',
      from: 'messages',
      body: messages({ metadata: { user_id: 'u' }, service_tier: 'standard_only' }),
      lacks: ['user_id', 'service_tier'],
      leftOut: ['metadata.user_id', 'service_tier'],
    },
  })
})
