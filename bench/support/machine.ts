import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem, type } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

/** The first line of a tool's version output, or null if it is not installed. */
function toolVersion(tool: string, flag: string, pattern: RegExp): string | null {
  const { stdout, stderr } = spawnSync(tool, [flag], { encoding: 'utf8' })
  // nginx prints to stderr, and wrk prints to stdout with a failing status.
  return pattern.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[1] ?? null
}

export const tools = {
  wrk: () => toolVersion('wrk', '-v', /wrk (?:debian\/)?([\d.]+)/),
  nginx: () => toolVersion('nginx', '-v', /nginx\/([\d.]+)/),
  redis: () => toolVersion('redis-server', '--version', /v=([\d.]+)/),
  haproxy: () => toolVersion('haproxy', '-v', /version ([\d.]+)/),
}

export function packageVersion(name: string): string | null {
  const path = join(root, 'bench', 'node_modules', name, 'package.json')
  if (!existsSync(path)) return null
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

/** The machine in one paragraph: a figure means nothing without it. */
export function describeMachine(at: Date): string {
  const [first] = cpus()
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const versions = [
    `qwenctl ${own.version}`,
    `Node ${process.versions.node}`,
    ...Object.entries(tools).map(([name, version]) => `${name} ${version() ?? 'not installed'}`),
    ...['http-proxy-3', '@fastify/http-proxy', '@portkey-ai/gateway'].map(
      (name) => `${name} ${packageVersion(name) ?? 'not installed'}`,
    ),
  ]
  const memory = Math.round(totalmem() / 2 ** 30)
  const load = (loadavg()[0] ?? 0).toFixed(1)
  return [
    `${at.toISOString().slice(0, 10)} · ${cpus().length} cores, ${first?.model.trim() ?? 'unknown'} · ${memory} GB · ${type()}`,
    `load before ${load}`,
    versions.join(' · '),
  ].join(' · ')
}
