// The task of the agents as a program that uses an SDK does it: a loop with one tool. Each SDK runs its own loop where
// it has one.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI, type Content, type Part } from '@google/genai'
import { generateText, isStepCount, jsonSchema, tool } from 'ai'
import { Ollama, type Message } from 'ollama'
import OpenAI from 'openai'
import { ANSWER, NOTES, PROMPT } from './task.ts'

/** The only tool: a shell that knows the commands of the task. */
export class ToyShell {
  /** The text that the task wrote; null: nothing. */
  answer: string | null = null

  readonly run = (command: string): string => {
    if (command.startsWith('printf')) {
      this.answer = ANSWER
      return ''
    }
    return command === 'ls' ? 'notes.txt' : NOTES
  }
}

export interface SdkFacts {
  url: string
  key: string
  shell: ToyShell
}

export interface Sdk {
  title: string
  /** The format that it speaks. */
  dialect: 'chat' | 'messages' | 'responses' | 'gemini'
  /** Does the task; the last words of the model. */
  run: (facts: SdkFacts) => Promise<string>
}

export const parameters = {
  type: 'object',
  properties: { command: { type: 'string' } },
  required: ['command'],
}
export const description = 'runs a command in a shell'
export const commandIn = (input: unknown): string => (input as { command: string }).command
/** No task has more turns. */
export const MOST_TURNS = 10

async function runOpenAI({ url, key, shell }: SdkFacts): Promise<string> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key })
  const runner = client.chat.completions.runTools({
    model: 'm1',
    stream: true,
    messages: [{ role: 'user', content: PROMPT }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'bash',
          description,
          parameters,
          function: ({ command }: { command: string }) => shell.run(command),
          parse: (text: string) => JSON.parse(text) as { command: string },
        },
      },
    ],
  })
  return (await runner.finalContent()) ?? ''
}

async function runResponses({ url, key, shell }: SdkFacts): Promise<string> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key })
  const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: PROMPT }]
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const stream = client.responses.stream({
      model: 'm1',
      input,
      store: false,
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'low' },
      tools: [{ type: 'function', name: 'bash', description, parameters, strict: false }],
    })
    const { output, output_text: text } = await stream.finalResponse()
    const calls = output.filter((item) => item.type === 'function_call')
    if (calls.length === 0) return text
    input.push(...(output as OpenAI.Responses.ResponseInputItem[]))
    for (const { call_id, arguments: given } of calls)
      input.push({ type: 'function_call_output', call_id, output: shell.run(commandIn(JSON.parse(given))) })
  }
  throw new Error('it never ended')
}

async function runAnthropic({ url, key, shell }: SdkFacts): Promise<string> {
  const client = new Anthropic({ baseURL: url, apiKey: key })
  const runner = client.beta.messages.toolRunner({
    model: 'm1',
    max_tokens: 4000,
    messages: [{ role: 'user', content: PROMPT }],
    thinking: { type: 'enabled', budget_tokens: 2000 },
    max_iterations: MOST_TURNS,
    tools: [
      {
        name: 'bash',
        description,
        input_schema: parameters as { type: 'object' },
        parse: (input: unknown) => input,
        run: (input: unknown) => Promise.resolve(shell.run(commandIn(input))),
      },
    ],
  })
  const { content } = await runner.runUntilDone()
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('')
}

async function runGemini({ url, key, shell }: SdkFacts): Promise<string> {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } })
  const contents: Content[] = [{ role: 'user', parts: [{ text: PROMPT }] }]
  const tools = [{ functionDeclarations: [{ name: 'bash', description, parametersJsonSchema: parameters }] }]
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const thinkingConfig = { includeThoughts: true, thinkingBudget: 1024 }
    const stream = await client.models.generateContentStream({
      model: 'm1',
      contents,
      config: { tools, thinkingConfig },
    })
    const parts: Part[] = []
    for await (const { candidates } of stream) parts.push(...(candidates?.[0]?.content?.parts ?? []))
    const calls = parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall]))
    if (calls.length === 0) return parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join('')
    const results = calls.map(({ id, name, args }) => ({
      functionResponse: {
        ...(id === undefined ? {} : { id }),
        name: name!,
        response: { output: shell.run(commandIn(args)) },
      },
    }))
    contents.push({ role: 'model', parts }, { role: 'user', parts: results })
  }
  throw new Error('it never ended')
}

async function runOllama({ url, key, shell }: SdkFacts): Promise<string> {
  const client = new Ollama({ host: url, headers: { authorization: `Bearer ${key}` } })
  const messages: Message[] = [{ role: 'user', content: PROMPT }]
  const bash = { type: 'function', function: { name: 'bash', description, parameters } }
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const stream = await client.chat({ model: 'm1', messages, tools: [bash], stream: true, think: true })
    const said: Message = { role: 'assistant', content: '', thinking: '', tool_calls: [] }
    for await (const { message } of stream) {
      said.content += message.content
      said.thinking += message.thinking ?? ''
      said.tool_calls!.push(...(message.tool_calls ?? []))
    }
    if (said.tool_calls!.length === 0) return said.content
    messages.push(said)
    for (const { function: called } of said.tool_calls!)
      messages.push({ role: 'tool', tool_name: called.name, content: shell.run(commandIn(called.arguments)) })
  }
  throw new Error('it never ended')
}

async function runVercel({ url, key, shell }: SdkFacts): Promise<string> {
  const provider = createOpenAICompatible({ name: 'qwenctl', baseURL: `${url}/v1`, apiKey: key })
  const { text } = await generateText({
    model: provider('m1'),
    prompt: PROMPT,
    maxRetries: 1,
    stopWhen: isStepCount(MOST_TURNS),
    tools: {
      bash: tool({
        description,
        inputSchema: jsonSchema<{ command: string }>(parameters as Parameters<typeof jsonSchema>[0]),
        execute: ({ command }) => Promise.resolve(shell.run(command)),
      }),
    },
  })
  return text
}

export const sdks: readonly Sdk[] = [
  { title: 'openai, chat completions', dialect: 'chat', run: runOpenAI },
  { title: 'openai, Responses', dialect: 'responses', run: runResponses },
  { title: '@anthropic-ai/sdk', dialect: 'messages', run: runAnthropic },
  { title: '@google/genai', dialect: 'gemini', run: runGemini },
  { title: 'ollama', dialect: 'chat', run: runOllama },
  { title: 'ai', dialect: 'chat', run: runVercel },
]
