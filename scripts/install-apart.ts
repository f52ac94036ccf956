// Installs the dependencies of a folder with a separate package.json, which the main install leaves out.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Idempotent: installs only if the lock file changed. `what`: shown to people while they wait. */
export function installApart(folder: string, what: string): void {
  const stamp = join(folder, 'node_modules', '.installed')
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error(`installing ${what}`)
  // Install scripts do not run: none of these packages needs one.
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) throw new Error(`npm ci failed in ${folder}: run it there by hand to see why`)
  writeFileSync(stamp, lock)
}
