// The output of `qwenctl demo` without a terminal, for the README.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fence } from './markdown.ts'

/** A run of the demo from the sources, with its port and the time of day replaced. */
export async function demoPicture(root: string): Promise<string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(QWENCTL_|DEBUG$|NODE_|VITEST)/.test(name))
  const child = spawn(process.execPath, [join(root, 'bin', 'dev.js'), 'demo'], {
    env: { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', TERM: 'xterm', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const exit = await new Promise((resolve) => child.on('close', resolve))
  if (exit !== 0) throw new Error(`the demo ended with ${String(exit)}: ${text}`)
  return fence('text', steady(text))
}

function steady(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:3000')
    .replaceAll(/back in [\d a-z]+?(?=[;,\n])/g, 'back in 14 h 1 min')
    .replaceAll(/retry-after \d+ s/g, 'retry-after 50431 s')
    .replaceAll(/at \d{4}-\d\d-\d\d 00:00 UTC/g, 'at 2026-11-23 00:00 UTC')
}
