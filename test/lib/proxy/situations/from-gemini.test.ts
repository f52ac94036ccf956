import { describe } from 'vitest'
import { testAccount } from './given-account.ts'

const said = (...parts: object[]) => [{ role: 'user', parts }]
const ask = (fields: object = {}) => ({ contents: said({ text: 'hi' }), ...fields })
const config = (generationConfig: object, model = 'm1') => ask({ model, generationConfig })
const declared = (...names: string[]) => ({
  functionDeclarations: names.map((name) => ({
    name,
    parametersJsonSchema: { type: 'object', properties: {} },
  })),
})
const PNG = 'iVBORw0KGgo='
const answered = (...parts: object[]) =>
  ask({
    tools: [declared('look')],
    contents: [
      ...said({ text: 'hi' }),
      { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'look', args: {} } }] },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'c1', name: 'look', response: { output: 'seen' }, parts } }],
      },
    ],
  })

describe('Gemini on an account of chat completions', () => {
  testAccount('chat', {
    'a level of thinking in capitals': {
      source: 'https://ai.google.dev/api/generate-content#ThinkingLevel',
      from: 'gemini',
      body: config({ thinkingConfig: { thinkingLevel: 'MINIMAL' } }, 'gpt-5.1'),
      provider: 'openai',
      sent: { reasoning_effort: 'low' },
    },
    'a schema of JSON': {
      source: 'https://ai.google.dev/gemini-api/docs/structured-output: responseJsonSchema',
      from: 'gemini',
      body: config({
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object', properties: { n: { type: ['integer', 'null'] } } },
      }),
      sent: { response_format: { type: 'json_schema' } },
      has: ['["integer","null"]'],
    },
    'a picture inside the response of a function': {
      source: 'https://ai.google.dev/gemini-api/docs/function-calling: multimodal function responses',
      from: 'gemini',
      body: answered({ inlineData: { mimeType: 'image/png', data: PNG, displayName: 'a.png' } }),
      has: ['"role":"tool"', 'seen', `data:image/png;base64,${PNG}`],
    },
    'a file by its address inside the response of a function': {
      source: '@google/genai 3.3: FunctionResponsePart.fileData',
      from: 'gemini',
      body: answered({ fileData: { mimeType: 'image/png', fileUri: 'https://a.example/x.png' } }),
      has: ['https://a.example/x.png'],
    },
    'tools of Google beside own ones': {
      source: 'https://ai.google.dev/gemini-api/docs/url-context',
      from: 'gemini',
      body: ask({ tools: [{ urlContext: {} }, { codeExecution: {} }, { googleMaps: {} }, declared('look')] }),
      leftOut: ['tools.urlContext', 'tools.codeExecution', 'tools.googleMaps'],
    },
    'a tool of Google alone': {
      source: 'https://ai.google.dev/gemini-api/docs/google-search',
      from: 'gemini',
      body: ask({ tools: [{ googleSearch: {} }] }),
      refused: 'googleSearch',
    },
    'code that Google ran before': {
      source: 'https://ai.google.dev/gemini-api/docs/code-execution',
      from: 'gemini',
      body: ask({
        contents: [
          ...said({ text: 'hi' }),
          {
            role: 'model',
            parts: [
              { executableCode: { language: 'PYTHON', code: 'print(1)' } },
              { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
            ],
          },
          ...said({ text: 'go on' }),
        ],
      }),
      has: ['print(1)', 'Its output: 1'],
    },
    'the tier of the service, and other hints': {
      source: '@google/genai 3.3: serviceTier',
      from: 'gemini',
      body: ask({ serviceTier: 'priority', labels: { a: 'b' }, safetySettings: [] }),
      leftOut: ['serviceTier', 'labels', 'safetySettings'],
    },
    'one of two functions, which must be called': {
      source: 'https://ai.google.dev/gemini-api/docs/function-calling: ANY',
      from: 'gemini',
      body: ask({
        tools: [declared('a', 'b', 'c')],
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['a', 'b'] } },
      }),
      sent: { tool_choice: 'required' },
      lacks: ['"name":"c"'],
    },
    'calls that are validated': {
      source: 'https://ai.google.dev/gemini-api/docs/function-calling: VALIDATED',
      from: 'gemini',
      body: ask({
        tools: [declared('a', 'b')],
        tool_config: { function_calling_config: { mode: 'VALIDATED', allowed_function_names: ['a'] } },
      }),
      lacks: ['"name":"b"', 'required'],
    },
    'a setting for retrieval, which is named': {
      source: 'https://ai.google.dev/api/caching#ToolConfig: retrievalConfig',
      from: 'gemini',
      body: ask({
        tools: [declared('a')],
        toolConfig: { retrievalConfig: { languageCode: 'en' }, functionCallingConfig: { mode: 'AUTO' } },
      }),
      leftOut: ['toolConfig.retrievalConfig'],
    },
    'content that Google has cached': {
      source: 'https://ai.google.dev/gemini-api/docs/caching',
      from: 'gemini',
      body: ask({ cachedContent: 'cachedContents/1' }),
      refused: 'cachedContent',
    },
    'pictures as an answer': {
      source: 'https://ai.google.dev/gemini-api/docs/image-generation',
      from: 'gemini',
      body: config({ responseModalities: ['TEXT', 'IMAGE'] }),
      refused: 'responseModalities',
    },
    'the resolution of a part': {
      source: 'https://ai.google.dev/gemini-api/docs/media-resolution',
      from: 'gemini',
      body: ask({
        contents: said({
          inlineData: { mimeType: 'image/png', data: PNG },
          mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' },
        }),
      }),
      has: ['image_url'],
      leftOut: ['contents.parts.mediaResolution'],
    },
    'a filtered answer, and tokens of thinking': {
      source: 'https://ai.google.dev/api/generate-content#FinishReason',
      from: 'gemini',
      body: ask(),
      answer: {
        id: 'c',
        model: 'm1',
        choices: [
          { index: 0, finish_reason: 'content_filter', message: { role: 'assistant', content: 'a' } },
        ],
        usage: {
          prompt_tokens: 5,
          completion_tokens: 9,
          total_tokens: 14,
          completion_tokens_details: { reasoning_tokens: 4 },
          prompt_tokens_details: { cached_tokens: 2 },
        },
      },
      got: {
        candidates: [{ finishReason: 'SAFETY' }],
        usageMetadata: {
          promptTokenCount: 5,
          candidatesTokenCount: 5,
          thoughtsTokenCount: 4,
          cachedContentTokenCount: 2,
          totalTokenCount: 14,
        },
      },
    },
  })
})

describe('Gemini on an account of Messages', () => {
  testAccount('messages', {
    'a picture inside the response of a function': {
      source: 'https://ai.google.dev/gemini-api/docs/function-calling: multimodal function responses',
      from: 'gemini',
      body: answered({ inlineData: { mimeType: 'image/png', data: PNG } }),
      has: [`"type":"tool_result"`, `"data":"${PNG}"`],
    },
    'a level of thinking': {
      source: 'https://ai.google.dev/api/generate-content#ThinkingLevel',
      from: 'gemini',
      body: config(
        { thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true }, temperature: 0.3, topK: 40 },
        'claude-opus-4-6',
      ),
      sent: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      leftOut: ['generationConfig.temperature', 'generationConfig.topK'],
    },
    'several stops, one of them of spaces': {
      source: 'cline/cline#11885 (kind); platform.claude.com: stop_sequences',
      from: 'gemini',
      body: config({ stopSequences: ['END', '\n\n'], maxOutputTokens: 50 }),
      sent: { stop_sequences: ['END'], max_tokens: 50 },
    },
  })
})

describe('Gemini on an account of Responses', () => {
  testAccount('responses', {
    'a picture inside the response of a function': {
      source: 'https://platform.openai.com/docs/api-reference/responses: function_call_output',
      from: 'gemini',
      body: answered({ inlineData: { mimeType: 'image/png', data: PNG } }),
      has: ['"type":"function_call_output"', '"type":"input_image"'],
    },
    'no calls by choice': {
      source: 'https://ai.google.dev/gemini-api/docs/function-calling: NONE',
      from: 'gemini',
      body: ask({
        tools: [declared('a')],
        toolConfig: { functionCallingConfig: { mode: 'NONE' } },
      }),
      sent: { tool_choice: 'none' },
    },
  })
})

describe('Gemini on an account of Gemini', () => {
  testAccount('gemini', {
    'a blocked prompt, which is an answer': {
      source: 'https://ai.google.dev/api/generate-content#PromptFeedback',
      from: 'gemini',
      body: ask({ model: 'gemini-2.5-pro' }),
      answer: { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 3 } },
      got: { promptFeedback: { blockReason: 'SAFETY' } },
    },
  })
})
