// The memory and the time of a large batch: read, run, kill, resume. `node bench/batch.ts --lines 1000000`, after
// `npm run build`. The upstream is in this process, and judges that no line comes twice. With `--lines 5000 --finish
// --limit 600/minute` the batch also ends, over accounts with small limits.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    /** Answers before each kill. */
    answers: { type: 'string', default: '3000' },
    /** The limit of each of the four accounts. */
    limit: { type: 'string' },
    /** Runs the batch to its end, and checks that each line has one answer. */
    finish: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
})
const LINES = Number(values.lines)
const ANSWERS = Number(values.answers)
const MOST_MB = 150
const MOST_RESUME_MS = 15_000
const binary = resolve(import.meta.dirname, '../bin/run.js')

const folder = mkdtempSync(join(tmpdir(), 'qwenctl-batch-'))
const env = { ...process.env, QWENCTL_HOME: join(folder, 'home') }

interface Upstream {
  url: string
  /** How often each line has come. */
  seen: Map<string, number>
  /** Resolves when so many lines have come since the call. */
  arrivals: (count: number) => Promise<void>
}

async function startUpstream(): Promise<Upstream> {
  const seen = new Map<string, number>()
  let wanted = { left: Infinity, done: () => undefined as void }
  const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 }
  const choices = [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }]
  const answer = JSON.stringify({ id: 'c', object: 'chat.completion', model: 'm1', choices, usage })
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const id = /line (\d+)\./.exec(Buffer.concat(chunks).toString())?.[1] ?? '-'
      seen.set(id, (seen.get(id) ?? 0) + 1)
      res.writeHead(200, { 'content-type': 'application/json' }).end(answer)
      wanted.left -= 1
      if (wanted.left === 0) wanted.done()
    })
  })
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  const arrivals = (count: number) => new Promise<void>((done) => (wanted = { left: count, done }))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, arrivals }
}

async function writeInput(path: string): Promise<void> {
  const file = createWriteStream(path)
  for (let line = 0; line < LINES; line += 1) {
    const body = { model: 'm1', max_tokens: 5, messages: [{ role: 'user', content: `line ${line}.` }] }
    const text = JSON.stringify({
      custom_id: `id-${line}`,
      method: 'POST',
      url: '/v1/chat/completions',
      body,
    })
    if (!file.write(`${text}\n`)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
}

async function command(args: string[], input = ''): Promise<void> {
  const child = spawn(process.execPath, [binary, ...args], { env, stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(input)
  const [code] = (await once(child, 'exit')) as [number]
  if (code !== 0) throw new Error(`qwenctl ${args.join(' ')} ended with ${code}`)
}

/** The largest resident memory of a process, in megabytes. */
function readPeak({ pid }: ChildProcess): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readStatus(pid))?.[1] ?? 0) / 1024
}

function readStatus(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return '' // it has ended
  }
}

interface Measured {
  firstLineMs: number
  /** The peak until the first line was sent: the check of the file. */
  checkMb: number
  /** The peak until the kill. */
  peakMb: number
}

/** Runs the batch until so many lines have come, then kills it. */
async function runAndKill(file: string, upstream: Upstream, flags: string[]): Promise<Measured> {
  const began = performance.now()
  const first = upstream.arrivals(1)
  const child = spawn(process.execPath, [binary, 'batch', 'run', file, ...flags], { env, stdio: 'ignore' })
  await first
  const firstLineMs = performance.now() - began
  const checkMb = readPeak(child)
  await upstream.arrivals(ANSWERS)
  const peakMb = readPeak(child)
  child.kill('SIGKILL')
  await once(child, 'exit')
  return { firstLineMs, checkMb, peakMb }
}

/** Runs the batch to its end. Lines that a kill left without an answer are sent again, and no others. */
async function finish(file: string, { seen }: Upstream): Promise<string[]> {
  await command(['batch', 'run', file, '--json']).catch(() => undefined) // exits with 1 for unknown lines
  const before = readAnswers(file)
  const unknown = LINES - before.size
  await command(['batch', 'run', file, '--json', '--retry-unknown'])
  const answers = readAnswers(file)
  console.log(`${before.size} lines had their answer, ${unknown} were unknown after the kills and sent again`)
  const wrong = [...answers].filter(([, times]) => times !== 1)
  const repeated = [...seen].filter(([id, times]) => times > 1 && before.has(`id-${id}`))
  return [
    ...(answers.size === LINES && wrong.length === 0
      ? []
      : [`${answers.size} answers, ${wrong.length} not once`]),
    ...(repeated.length === 0 ? [] : [`${repeated.length} answered lines were sent again`]),
  ]
}

/** How many answers each line has. */
function readAnswers(file: string): Map<string, number> {
  const answers = new Map<string, number>()
  for (const line of readFileSync(file.replace('.jsonl', '.out.jsonl'), 'utf8').split('\n')) {
    const id = /"custom_id":"([^"]*)"/.exec(line)?.[1]
    if (id !== undefined) answers.set(id, (answers.get(id) ?? 0) + 1)
  }
  return answers
}

const upstream = await startUpstream()
try {
  const file = join(folder, 'tasks.jsonl')
  await writeInput(file)
  const limit = values.limit === undefined ? [] : ['--limit', values.limit]
  const account = ['-p', 'custom', '--base-url', `${upstream.url}/v1`, '--key-stdin', '--no-verify', ...limit]
  for (const name of ['a', 'b', 'c', 'd'])
    await command(['auth', 'add', name, ...account], `sk-bench-key-${name}-0123456789\n`)
  const isBroken: string[] = []
  for (const [name, flags] of [
    ['begun', []],
    ['resumed', []],
    ['resumed again', []],
  ] as [string, string[]][]) {
    const { firstLineMs, checkMb, peakMb } = await runAndKill(file, upstream, flags)
    console.log(
      `${name.padEnd(14)} first line after ${(firstLineMs / 1000).toFixed(1)} s, peak ${checkMb.toFixed(0)} MB then, and ${peakMb.toFixed(0)} MB at the end`,
    )
    if (peakMb > MOST_MB) isBroken.push(`${name}: ${peakMb.toFixed(0)} MB, at most ${MOST_MB}`)
    if (name !== 'begun' && firstLineMs > MOST_RESUME_MS) isBroken.push(`${name}: ${firstLineMs} ms`)
  }
  if (values.finish) isBroken.push(...(await finish(file, upstream)))
  const twice = values.finish ? [] : [...upstream.seen].filter(([, times]) => times > 1)
  if (twice.length > 0) isBroken.push(`${twice.length} lines came twice`)
  console.log(`${upstream.seen.size} lines were sent, ${twice.length} of them twice`)
  for (const broken of isBroken) console.log(`BROKEN  ${broken}`)
  if (values.check && isBroken.length > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
