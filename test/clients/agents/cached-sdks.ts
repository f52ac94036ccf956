// SDKs that `npm run test:clients` installs into its cache: they are no dependencies of qwenctl.

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { generateText, isStepCount, jsonSchema, tool, type LanguageModel } from 'ai'
import { agentFolder } from './agents.ts'
import { MOST_TURNS, commandIn, description, parameters, type Sdk, type SdkFacts } from './sdks.ts'
import { PROMPT } from './task.ts'

/** The installed SDKs, and the versions that the matrix was made with. */
export const cachedPackages = {
  id: 'sdks',
  version: '1',
  packages: [
    '@langchain/core@1.4.0',
    '@langchain/openai@1.6.0',
    '@langchain/anthropic@1.5.11',
    '@ai-sdk/openai@4.0.118',
    '@ai-sdk/anthropic@4.0.105',
  ],
} as const

const place = join(agentFolder(cachedPackages), 'package.json')

export const areInstalled = existsSync(
  join(agentFolder(cachedPackages), 'node_modules', '@langchain', 'openai'),
)

async function load<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(createRequire(place).resolve(name)).href)) as Module
}

interface ChatMessage {
  text: string
  tool_calls?: { id: string; name: string; args: unknown }[]
}

interface ChatModel {
  bindTools: (tools: object[]) => { invoke: (messages: object[]) => Promise<ChatMessage> }
}

async function loop(model: ChatModel, { shell }: SdkFacts): Promise<string> {
  const bound = model.bindTools([{ type: 'function', function: { name: 'bash', description, parameters } }])
  const messages: object[] = [{ role: 'user', content: PROMPT }]
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const said = await bound.invoke(messages)
    const calls = said.tool_calls ?? []
    if (calls.length === 0) return said.text
    messages.push(said)
    for (const { id, args } of calls)
      messages.push({ role: 'tool', tool_call_id: id, content: shell.run(commandIn(args)) || 'nothing' })
  }
  throw new Error('it never ended')
}

type Create<Options> = new (options: Options) => ChatModel

async function runLangChainOpenAI(facts: SdkFacts): Promise<string> {
  const { ChatOpenAI } = await load<{ ChatOpenAI: Create<object> }>('@langchain/openai')
  const configuration = { baseURL: `${facts.url}/v1` }
  return loop(new ChatOpenAI({ model: 'm1', apiKey: facts.key, maxRetries: 1, configuration }), facts)
}

async function runLangChainAnthropic(facts: SdkFacts): Promise<string> {
  const { ChatAnthropic } = await load<{ ChatAnthropic: Create<object> }>('@langchain/anthropic')
  const options = {
    model: 'm1',
    apiKey: facts.key,
    maxRetries: 1,
    maxTokens: 4000,
    anthropicApiUrl: facts.url,
  }
  return loop(new ChatAnthropic(options), facts)
}

async function runVercel(model: LanguageModel, { shell }: SdkFacts, store?: boolean): Promise<string> {
  const { text } = await generateText({
    model,
    prompt: PROMPT,
    maxRetries: 1,
    stopWhen: isStepCount(MOST_TURNS),
    // By default, the SDK refers to items of earlier answers by their ids. Without a store it sends whole items.
    providerOptions: { openai: { ...(store === undefined ? {} : { store }) } },
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

type CreateProvider = (options: object) => (model: string) => LanguageModel

export const cachedSdks: readonly Sdk[] = [
  { title: '@langchain/openai', dialect: 'chat', run: runLangChainOpenAI },
  { title: '@langchain/anthropic', dialect: 'messages', run: runLangChainAnthropic },
  ...[undefined, false].map((store): Sdk => ({
    title: store === undefined ? '@ai-sdk/openai' : '@ai-sdk/openai without a store',
    dialect: 'responses',
    run: async (facts) => {
      const { createOpenAI } = await load<{ createOpenAI: CreateProvider }>('@ai-sdk/openai')
      return runVercel(createOpenAI({ baseURL: `${facts.url}/v1`, apiKey: facts.key })('m1'), facts, store)
    },
  })),
  {
    title: '@ai-sdk/anthropic',
    dialect: 'messages',
    run: async (facts) => {
      const { createAnthropic } = await load<{ createAnthropic: CreateProvider }>('@ai-sdk/anthropic')
      return runVercel(createAnthropic({ baseURL: `${facts.url}/v1`, apiKey: facts.key })('m1'), facts)
    },
  },
]
