// The start time of the command line, as a multiple of Node's own. Ratios of medians from interleaved runs, since
// milliseconds depend on the machine. Measures the built dist/.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const runs = Number(process.argv[2] ?? 20)
const binary = join(import.meta.dirname, '..', 'bin', 'run.js')
const home = mkdtempSync(join(tmpdir(), 'qwenctl-start-'))
const env = { ...process.env, QWENCTL_HOME: home }
const cases: Record<string, string[]> = {
  'node -e 0': ['-e', '0'],
  '--version': [binary, '--version'],
  'quota show --json': [binary, 'quota', 'show', '--json'],
  'auth list --json': [binary, 'auth', 'list', '--json'],
  'completion of a name': [binary, '__complete', 'bash', 'accounts', 'show', ''],
  'auth list (oclif)': [binary, 'auth', 'list'],
}

spawnSync(process.execPath, [binary, 'auth', 'add', 'play', '-p', 'sandbox'], { env })
const taken = new Map(Object.keys(cases).map((name) => [name, [] as number[]]))
for (let run = 0; run < runs; run += 1) {
  for (const [name, args] of Object.entries(cases)) {
    const start = process.hrtime.bigint()
    spawnSync(process.execPath, args, { env })
    taken.get(name)?.push(Number(process.hrtime.bigint() - start) / 1e6)
  }
}
rmSync(home, { recursive: true, force: true })

const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN
const base = median(taken.get('node -e 0') ?? [])
console.log(`Node ${process.version}, ${process.platform}-${process.arch}, medians of ${runs} runs`)
for (const [name, times] of taken) {
  console.log(
    `${name.padEnd(22)} ${median(times).toFixed(0).padStart(5)} ms  ${(median(times) / base).toFixed(2)}x`,
  )
}
