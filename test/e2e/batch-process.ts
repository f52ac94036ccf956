// `qwenctl batch run` in a process of its own, over a scripted upstream that says which lines it has seen.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { BatchView } from '../../src/lib/toolkit/batch/batch-views.ts'
import { binary, buildIfMissing, cleanEnv, runCommand } from '../support/cli.ts'
import type { CliResult } from '../support/cli.ts'
import type { FakeUpstream } from '../support/servers/fake-upstream.ts'
import { givenUpstream } from '../support/servers/fake-upstream.ts'
import { givenHome } from './proxy/proxy-process.ts'
import type { GivenAccount } from '../support/servers/proxy-harness.ts'

export interface BatchHome {
  home: string
  upstream: FakeUpstream
  file: string
  /** Runs the batch to its end, in this process. */
  run: (
    ...flags: string[]
  ) => Promise<CliResult & { batch: BatchView; error: { code: string; message: string; exit: number } }>
  start: (...flags: string[]) => BatchProcess
}

export interface BatchProcess {
  child: ChildProcess
  ended: Promise<CliResult>
}

export function openaiLine(id: number | string, more: object = {}): string {
  const body = { model: 'm1', max_tokens: 5, messages: [{ role: 'user', content: `line ${id}.` }], ...more }
  return JSON.stringify({ custom_id: `id-${id}`, method: 'POST', url: '/v1/chat/completions', body })
}

export function lines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => openaiLine(index))
}

export async function givenBatch(
  content: string[],
  accounts: GivenAccount[] = [{ name: 'a' }, { name: 'b' }],
): Promise<BatchHome> {
  const upstream = await givenUpstream()
  const home = await givenHome(accounts, upstream.baseUrl)
  const file = join(home, 'tasks.jsonl')
  writeFileSync(file, `${content.join('\n')}\n`)
  const command = (flags: string[]) => ['batch', 'run', file, ...flags, '--json']
  return {
    home,
    upstream,
    file,
    run: async (...flags) => {
      const result = await runCommand(home, command(flags))
      const document = JSON.parse(result.stdout) as { batch: BatchView; error: never }
      return { ...result, ...document }
    },
    start: (...flags) => start(home, command(flags)),
  }
}

export function start(home: string, argv: string[], shell: string | null = null): BatchProcess {
  buildIfMissing()
  const env = cleanEnv(home)
  const child =
    shell === null
      ? spawn(process.execPath, [binary, ...argv], { env, cwd: home })
      : spawn('bash', ['-c', `${shell}; exec "$@"`, 'bash', process.execPath, binary, ...argv], {
          env,
          cwd: home,
        })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<CliResult>((resolve) =>
    child.on('close', (code) => resolve({ exit: code ?? -1, stdout, stderr })),
  )
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, ended }
}

/** The ids of a result file, in its order. */
export function idsIn(path: string): string[] {
  return results(path).map((line) => line.custom_id)
}

export function results(path: string): { custom_id: string; [field: string]: unknown }[] {
  if (!existsSync(path)) return []
  const text = readFileSync(path, 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { custom_id: string })
}

/** How often the upstream has seen each line. */
export function seenBy(upstream: FakeUpstream): Map<string, number> {
  const seen = new Map<string, number>()
  for (const { body } of upstream.requests) {
    const id = /line (\S+)\./.exec(body.toString('utf8'))?.[1] ?? '?'
    seen.set(`id-${id}`, (seen.get(`id-${id}`) ?? 0) + 1)
  }
  return seen
}
