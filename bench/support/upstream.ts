import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, Started } from './processes.ts'
import type { Workload } from './workload.ts'

/** Settings shared by every nginx here: one worker, in the foreground, all files in a separate folder. */
export function nginxConfig(folder: string, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join('\n  ')
  // An nginx started by root would switch to a user that cannot enter the folder.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `
${user}
daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')} error;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary}
  tcp_nodelay on;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  client_max_body_size 64m;
  client_body_buffer_size 1m;
  ${http}
}
`
}

export async function startNginx(folder: string, http: string, core: number | null): Promise<Started> {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'nginx.conf')
  writeFileSync(path, nginxConfig(folder, http))
  return new Started({
    command: 'nginx',
    args: ['-p', folder, '-c', path, '-e', join(folder, 'error.log')],
    core,
  })
}

export interface Upstream {
  port: number
  /** The number of requests seen, once no more arrive; null: unknown. */
  seen(): Promise<number | null>
  stop(): Promise<void>
}

/**
 * nginx with one fixed completion for every POST: of all stubs it uses the least of the load generator's core.
 * `return` answers before a large body has arrived, unlike a model. With `readsBody` a second server in the same
 * process reads the body first.
 */
export async function startStub(
  folder: string,
  workload: Workload,
  { core, readsBody }: { core: number | null; readsBody: boolean },
): Promise<Upstream> {
  const [port, statusPort] = [await freePort(), await freePort()]
  const reply = `default_type application/json; return 200 '${workload.reply}';`
  const inner = `unix:${join(folder, 'stub.sock')}`
  const readFirst = `
      proxy_pass http://inner;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Content-Length "";
      proxy_pass_request_body off;`
  const http = `
  ${readsBody ? `upstream inner { server ${inner}; keepalive 256; }\n  server { listen ${inner}; location / { ${reply} } }` : ''}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { ${readsBody ? readFirst : reply} }
  }
  server { listen 127.0.0.1:${statusPort}; location / { stub_status; } }`
  const server = await startNginx(join(folder, 'stub'), http, core)
  await server.listens(port)
  let looks = 0
  const look = async () => {
    const text = await (await fetch(`http://127.0.0.1:${statusPort}/`)).text()
    looks++
    return Number(/\n\s*\d+ \d+ (\d+)/.exec(text)?.[1]) - looks
  }
  const seen = async () => {
    let last = await look()
    for (;;) {
      await delay(60)
      const now = await look()
      if (now === last) return now
      last = now
    }
  }
  return { port, seen, stop: () => server.stop() }
}

export async function startStreams(workload: Workload, core: number | null): Promise<Upstream> {
  const port = await freePort()
  const script = join(import.meta.dirname, '..', 'peers', 'stream-upstream.js')
  const args = [script, String(port), workload.framesFile]
  const server = await new Started({ command: process.execPath, args, core }).listens(port)
  return { port, seen: async () => null, stop: () => server.stop() }
}
