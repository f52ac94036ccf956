// docs/reference/json.md: the JSON documents of the commands, printed by real runs. Commands run in this process from
// the sources, and the proxy in one of its own. Values that differ between runs (ids, times, ports, folders) are
// replaced with fixed ones.
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cleanEnv, runCommand } from '../../test/support/cli.ts'
import { fence } from './markdown.ts'

interface Stage {
  /** The file that runs commands. */
  program: string
  home: string
  /** Base URL of the service that accepts the key. */
  service: string
}

const KEY = 'sk-0123456789abcdef0123456789ab'

/** A fenced block per document, by its name in the markers. */
export async function jsonExamples(program: string): Promise<Map<string, string>> {
  const day = new Date().getUTCDate()
  const examples = await examplesOfOneRun(program)
  // Counters that crossed midnight are correct, but not a useful example.
  return day === new Date().getUTCDate() ? examples : examplesOfOneRun(program)
}

async function examplesOfOneRun(program: string): Promise<Map<string, string>> {
  const home = mkdtempSync(join(tmpdir(), 'qwenctl-docs-'))
  const service = await startService()
  try {
    const stage = { program, home, service: service.url }
    const documents = await collectDocuments(stage)
    return new Map([...documents].map(([name, value]) => [name, fence('json', steady(value, stage))]))
  } finally {
    await service.close()
    rmSync(home, { recursive: true, force: true })
  }
}

async function collectDocuments(stage: Stage): Promise<Map<string, unknown>> {
  const run = (...argv: string[]) => runJson(stage, argv)
  const documents = new Map<string, unknown>()
  const key = ['--key-env', 'EXAMPLE_KEY']
  const limits = ['--limit', '2000/day', '--limit', '60/minute']
  documents.set('auth-add', await run('auth', 'add', 'work', '-p', 'qwen', ...key, ...limits, '--no-verify'))
  await run('auth', 'add', 'gateway', '-p', 'custom', '--base-url', stage.service, ...key)
  documents.set('auth-verify', await run('auth', 'verify', 'gateway'))
  await run('auth', 'remove', 'work', 'gateway', '--yes')

  await run('auth', 'add', 'trial', '-p', 'sandbox', '--limit', '3/day', '--group', 'night')
  const proxy = await startProxy(stage)
  try {
    documents.set('proxy-start', proxy.announced)
    for (let count = 1; count <= 3; count += 1) await (await askProxy(proxy.announced.url)).text()
    documents.set('error-openai', await (await askProxy(proxy.announced.url)).json())
    documents.set('error-anthropic', await (await askProxy(proxy.announced.url, '/v1/messages')).json())
    documents.set('models', await (await fetch(`${proxy.announced.url}/v1/models`)).json())
    const { proxies } = (await run('top')) as { proxies: unknown[] }
    documents.set('top', { quota: '... as quota show prints it', proxies })
    documents.set('proxy-status', await run('proxy', 'status'))
    documents.set('proxy-stop', await run('proxy', 'stop'))
    await proxy.ended
  } finally {
    proxy.child.kill('SIGKILL')
  }
  documents.set('quota-show', await run('quota', 'show'))
  documents.set('quota-explain', await run('quota', 'explain', '--model', 'sandbox-small'))
  documents.set('auth-list', await run('auth', 'list'))
  documents.set('error', await run('accounts', 'show', 'nobody'))
  const { settings } = (await run('config', 'list')) as { settings: unknown[] }
  documents.set('config-list', { settings: settings.slice(0, 1) })
  documents.set('config-get', await run('config', 'get', 'proxy.port'))
  documents.set('config-path', await run('config', 'path'))
  const { providers } = (await run('providers', 'list')) as { providers: { id: string }[] }
  documents.set('providers-show', await run('providers', 'show', 'mistral'))
  documents.set('providers-list', { providers: providers.filter(({ id }) => id === 'anthropic') })
  return documents
}

/** Replaces values that change from run to run. */
function steady(value: unknown, { home, service }: Stage): string {
  const text = JSON.stringify(value, null, 2)
  const places = new Map([
    [JSON.stringify(home).slice(1, -1), '/home/alice/.qwenctl'],
    [service, 'https://llm.example.com/v1'],
    [new URL(service).host, 'llm.example.com'],
  ])
  const placed = [...places].reduce((before, [from, to]) => before.replaceAll(from, to), text)
  return placed
    .replaceAll(/acc_\w+/g, 'acc_zf0e0nskxq53creb')
    .replaceAll(/req-\w+-\w+/g, 'req-mwro0kzeco3-3')
    .replaceAll(/"(resetsAt|availableAt|returnsAt)": "[^"]+"/g, '"$1": "2026-11-23T00:00:00.000Z"')
    .replaceAll(/"(now|createdAt|startedAt|lastUsedAt)": "[^"]+"/g, '"$1": "2026-11-22T09:59:29.773Z"')
    .replaceAll(/, at \d{4}-[\d-]+T[\d:.]+Z \(in [^)]+\)/g, ', at 2026-11-23T00:00:00.000Z (in 14 h 1 min)')
    .replaceAll(/"day": "\d{4}-\d\d-\d\d"/g, '"day": "2026-11-22"')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:3000')
    .replaceAll(/"port": \d+/g, '"port": 3000')
    .replaceAll(/"pid": \d+/g, '"pid": 4711')
    .replaceAll(/"workers": \[\s*\d+\s*\]/g, '"workers": [4711]')
    .replaceAll(/"latencyMs": \d+/g, '"latencyMs": 187')
}

function askProxy(url: string, path = '/v1/chat/completions'): Promise<Response> {
  const body = { model: 'sandbox-small', max_tokens: 64, messages: [{ role: 'user', content: 'hello' }] }
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function startProxy(stage: Stage): Promise<{
  child: ChildProcessWithoutNullStreams
  announced: { url: string; pid: number; accounts: number }
  ended: Promise<void>
}> {
  const argv = [stage.program, 'proxy', 'start', '--port', '0', '--json']
  const child = spawn(process.execPath, argv, { env: cleanEnv(stage.home), stdio: 'pipe' })
  child.stdin.end()
  child.stdout.setEncoding('utf8')
  child.stderr.resume()
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let told = ''
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text: string) => {
      told += text
      if (told.includes('\n')) resolve(told)
    })
    child.on('close', () => reject(new Error(`the proxy ended: ${told}`)))
  })
  return { child, announced: JSON.parse(line) as { url: string; pid: number; accounts: number }, ended }
}

async function runJson({ home }: Stage, argv: string[]): Promise<unknown> {
  const { stdout } = await runCommand(home, [...argv, '--json'], { EXAMPLE_KEY: KEY })
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`qwenctl ${argv.join(' ')} printed no JSON document: ${stdout}`)
  }
}

/** A service that accepts every key. */
async function startService(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"object":"list","data":[]}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
