import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProxy } from '../../src/lib/proxy/start-proxy.ts'
import type { RunningProxy } from '../../src/lib/proxy/start-proxy.ts'
import { openToolkit } from '../../src/lib/toolkit/open-toolkit.ts'
import type { Toolkit } from '../../src/lib/toolkit/toolkit.ts'
import { document, root } from './documents.ts'
import { removeFolder } from '../support/temp-folder.ts'

let home: string
let toolkit: Toolkit
let proxy: RunningProxy

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'qwenctl-docs-'))
  toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  await toolkit.accounts.add({ provider: 'sandbox', name: 'trial' })
  const limits = { connectTimeoutMs: 10_000, headersTimeoutMs: 60_000, idleTimeoutMs: 60_000, maxBodyMb: 8 }
  proxy = await startProxy(
    toolkit,
    {
      host: '127.0.0.1',
      port: 0,
      strategy: 'priority',
      affinity: true,
      allowHosts: [],
      user: null,
      ...limits,
    },
    { onTrouble: () => undefined },
  )
})

afterAll(async () => {
  await proxy.stop(0)
  await toolkit.close()
  removeFolder(home)
})

/** The first code of that language in a section of docs/guide/clients.md, aimed at the proxy of this test. */
function findCode(section: string, language: 'js' | 'sh'): string {
  const text = document('docs/guide/clients.md').split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? ''
  const block = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(text)?.[1]
  if (block === undefined) throw new Error(`docs/guide/clients.md shows no ${language} under ${section}`)
  return block.replaceAll('http://127.0.0.1:3000', proxy.url).replaceAll('MODEL', 'sandbox-small')
}

/** The output of a program, with nothing in its environment but what is given. */
async function printedBy(code: string, env: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  }
  await new Promise((resolve) => child.on('close', resolve))
  return text
}

function readExports(code: string): Record<string, string> {
  return Object.fromEntries([...code.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]))
}

const ANSWER = 'This reply is simulated'
const chat = `
const answer = await client.chat.completions.create({
  model: 'sandbox-small', messages: [{ role: 'user', content: 'hello' }],
})
console.log(answer.choices[0].message.content)`
const message = `
const answer = await client.messages.create({
  model: 'sandbox-small', max_tokens: 64, messages: [{ role: 'user', content: 'hello' }],
})
console.log(answer.content[0].text)`

test('with the code that docs/guide/clients.md shows, the OpenAI SDK gets its answer', async () => {
  expect(await printedBy(findCode('OpenAI SDK', 'js') + chat)).toContain(ANSWER)
})

test('with the variables that docs/guide/clients.md shows, the OpenAI SDK gets its answer', async () => {
  const program = `import OpenAI from 'openai'\nconst client = new OpenAI()${chat}`
  expect(await printedBy(program, readExports(findCode('OpenAI SDK', 'sh')))).toContain(ANSWER)
})

test('with the code that docs/guide/clients.md shows, the Anthropic SDK gets its answer', async () => {
  expect(await printedBy(findCode('Anthropic SDK', 'js') + message)).toContain(ANSWER)
})

test('with the variables that docs/guide/clients.md shows, the Anthropic SDK gets its answer', async () => {
  const program = `import Anthropic from '@anthropic-ai/sdk'\nconst client = new Anthropic()${message}`
  expect(await printedBy(program, readExports(findCode('Anthropic SDK', 'sh')))).toContain(ANSWER)
})

test('with the code that docs/guide/clients.md shows, the Vercel AI SDK gets its answer', async () => {
  expect(await printedBy(`${findCode('Vercel AI SDK', 'js')}\nconsole.log(text)`)).toContain(ANSWER)
})
