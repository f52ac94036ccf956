// `npm run demo:run`: builds if dist/ is missing or older than its sources, then runs `qwenctl demo` with the
// arguments.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const binary = join(root, 'bin', 'run.js')

if (isStale()) {
  process.stderr.write('Building qwenctl ...\n')
  const build = join(root, 'scripts', 'build.ts')
  const { status } = spawnSync(process.execPath, [build], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
// Runs in this process, so that Ctrl-C reaches the demo directly.
process.argv = [process.execPath, binary, 'demo', ...process.argv.slice(2)]
await import(pathToFileURL(binary).href)

function isStale(): boolean {
  // The last file that the build writes.
  const built = changedAt(join(root, 'dist', 'completion.json'))
  const inputs = [
    join(root, 'package.json'),
    join(root, 'tsconfig.build.json'),
    ...sources(join(root, 'src')),
    ...sources(join(root, 'web')),
  ]
  return built === 0 || inputs.some((file) => changedAt(file) > built)
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Epoch milliseconds; 0: missing. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
