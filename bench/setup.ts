// Installs what qwenctl is measured against (bench/package.json), which the main install leaves out.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'

const here = import.meta.dirname
const stamp = join(here, 'node_modules', '.bench-setup')

function lockHash(): string {
  return createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .digest('hex')
}

/** Idempotent: installs only when the lock file changed since the last time. */
export function installPeers(): void {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()) return
  console.error('bench: installing the proxies to compare with')
  // No install script of a peer runs: none of them needs one.
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) throw new Error('npm ci failed in bench/: run it there by hand to see why')
  writeFileSync(stamp, lockHash())
}

if (import.meta.main) installPeers()
