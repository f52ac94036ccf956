// The cost of a translated request, as a ratio to the same request without a translation, in one run:
// node bench/translation.ts [--requests 400] [--rounds 5] [--check]
import { createServer, request, Agent, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describeMachine } from './support/machine.ts'
import { endWithUs, freePort, removeFolder, stopAll, temporaryFolder } from './support/processes.ts'
import { startQwenctlOver } from './support/qwenctl.ts'
import { exitCode, print, table, type Section } from './support/report.ts'
import { median, show } from './support/statistics.ts'

/** The most that a translated request may cost, as a multiple of one that passes. */
const MOST = 2.5
/** Linux counts the time of a process in hundredths of a second. */
const TICK_MS = 10

interface Load {
  title: string
  isStream: boolean
  turns: number
}

const loads: readonly Load[] = [
  { title: 'a question', isStream: false, turns: 1 },
  { title: 'an agent in its tenth turn', isStream: false, turns: 10 },
  { title: 'the same, streamed', isStream: true, turns: 10 },
]

/** A chat completion as an agent sends it: tools, calls and results. */
function bodyFor({ turns, isStream }: Load): string {
  const tools = Array.from({ length: turns === 1 ? 0 : 12 }, (_, index) => ({
    type: 'function',
    function: {
      name: `tool_${index}`,
      description: 'reads a file and returns its lines. '.repeat(10),
      parameters: {
        type: 'object',
        properties: { path: { type: 'string', description: 'of the file' }, from: { type: 'integer' } },
        required: ['path'],
      },
    },
  }))
  const rounds = Array.from({ length: turns - 1 }, (_, index) => [
    {
      role: 'assistant',
      content: 'I look at the next file.',
      tool_calls: [
        {
          id: `call_${index}`,
          type: 'function',
          function: { name: 'tool_1', arguments: '{"path":"src/a.ts","from":1}' },
        },
      ],
    },
    { role: 'tool', tool_call_id: `call_${index}`, content: 'const a = 1 // a line of a file\n'.repeat(60) },
  ])
  return JSON.stringify({
    model: 'm1',
    messages: [
      { role: 'system', content: 'Be brief. '.repeat(200) },
      { role: 'user', content: 'hi' },
      ...rounds.flat(),
    ],
    ...(tools.length === 0 ? {} : { tools }),
    ...(isStream ? { stream: true } : {}),
  })
}

const words = Array.from({ length: 60 }, (_, index) => `word${index} `)
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`
const chunk = (delta: object, finish_reason: string | null = null) =>
  event({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm1',
    choices: [{ index: 0, delta, finish_reason }],
  })
const typed = (data: { type: string } & Record<string, unknown>) => `event: ${data.type}\n${event(data)}`
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm1',
  stop_reason: 'end_turn',
  stop_sequence: null,
}

/** The answers of the two services, by their paths: whole and as events. */
const answers = {
  chat: {
    whole: JSON.stringify({
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'm1',
      choices: [{ index: 0, message: { role: 'assistant', content: words.join('') }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 60, total_tokens: 69 },
    }),
    events: [...words.map((content) => chunk({ content })), chunk({}, 'stop'), 'data: [DONE]\n\n'],
  },
  messages: {
    whole: JSON.stringify({
      ...message,
      content: [{ type: 'text', text: words.join('') }],
      usage: { input_tokens: 9, output_tokens: 60 },
    }),
    events: [
      typed({
        type: 'message_start',
        message: { ...message, content: [], usage: { input_tokens: 9, output_tokens: 1 } },
      }),
      typed({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ...words.map((text) =>
        typed({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
      ),
      typed({ type: 'content_block_stop', index: 0 }),
      typed({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 60 } }),
      typed({ type: 'message_stop' }),
    ],
  },
} as const

async function startServices(): Promise<{ port: number; stop: () => void }> {
  const server = createServer((asked, response) => {
    let text = ''
    asked.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    asked.on('end', () => {
      const kind = asked.url?.includes('/messages') === true ? 'messages' : 'chat'
      answer(response, answers[kind], /"stream":\s*true/.test(text))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  return { port: (server.address() as AddressInfo).port, stop }
}

function answer(
  response: ServerResponse,
  { whole, events }: { whole: string; events: readonly string[] },
  isStream: boolean,
): void {
  response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
  if (isStream) for (const one of events) response.write(one)
  response.end(isStream ? '' : whole)
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

function send(port: number, account: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-qwenctl-account': account }
    const asked = request(
      { host: '127.0.0.1', port, agent, method: 'POST', path: '/v1/chat/completions', headers },
      (response) => {
        response.resume()
        response.on('end', () => {
          if (response.statusCode === 200) resolve()
          else reject(new Error(`${account} answered ${response.statusCode}`))
        })
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Milliseconds of all cores that a process has used. */
function readCpu(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Measures both ways in turns, so that a slow moment of the machine slows both. */
export async function measureTranslation(requests: number, rounds: number): Promise<Section> {
  const folder = temporaryFolder()
  const services = await startServices()
  try {
    const port = await freePort()
    const origin = `http://127.0.0.1:${services.port}`
    const baseUrls = { chat: `${origin}/v1`, messages: `${origin}/anthropic` }
    const { pid } = await startQwenctlOver({ folder, port, baseUrls, env: { QWENCTL_MODELS_FETCH: 'false' } })
    const rows = []
    for (const load of loads) rows.push(await measureLoad(load, { port, pid, requests, rounds }))
    const gates = rows.map(({ title, ratio }) => ({
      name: `${title}, translated`,
      wanted: `≤ ${MOST} × one that passes`,
      measured: show(ratio),
      isMet: ratio <= MOST,
    }))
    const markdown = table(
      ['Request', 'Passed, ms of CPU', 'Translated, ms of CPU', 'Ratio'],
      rows.map(({ title, passed, translated, ratio }) => [
        title,
        show(passed),
        show(translated),
        `${show(ratio)} ×`,
      ]),
    )
    return { title: 'A translated request', markdown, gates }
  } finally {
    services.stop()
    agent.destroy()
    await stopAll()
    removeFolder(folder)
  }
}

interface Stage {
  port: number
  pid: number
  requests: number
  rounds: number
}

async function measureLoad(load: Load, { port, pid, requests, rounds }: Stage) {
  const body = bodyFor(load)
  const spent = { chat: [] as number[], messages: [] as number[] }
  for (let round = -1; round < rounds; round += 1)
    for (const account of ['chat', 'messages'] as const) {
      const before = readCpu(pid)
      for (let count = 0; count < requests; count += 1) await send(port, account, body)
      if (round >= 0) spent[account].push((readCpu(pid) - before) / requests) // the first round warms up
    }
  const [passed, translated] = [median(spent.chat), median(spent.messages)]
  return { title: load.title, passed, translated, ratio: translated / passed }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '400' },
      rounds: { type: 'string', default: '5' },
      check: { type: 'boolean', default: false },
    },
  })
  endWithUs()
  console.log(describeMachine(new Date()))
  const section = await measureTranslation(Number(values.requests), Number(values.rounds))
  print(section)
  process.exitCode = exitCode(section.gates, values.check)
}
