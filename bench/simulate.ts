// Runs the ledger in simulated worlds, and prints the seeds that break a promise:
// node bench/simulate.ts [--home files|redis] [--seed N] [--seconds 60] [--runs N]
import { parseArgs } from 'node:util'
import { simulateFiles } from '../test/simulation/simulate-files.ts'
import { simulateRedis } from '../test/simulation/simulate-redis.ts'
import type { RunReport } from '../test/simulation/verdict.ts'

const homes: Record<string, (seed: number) => Promise<RunReport>> = {
  files: simulateFiles,
  redis: simulateRedis,
}

const { values } = parseArgs({
  options: {
    home: { type: 'string' },
    seed: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    runs: { type: 'string' },
  },
})

const chosen = values.home === undefined ? Object.keys(homes) : [values.home]
const first = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
const runs = values.runs === undefined ? (values.seed === undefined ? Infinity : 1) : Number(values.runs)
const began = performance.now()
const end = began + Number(values.seconds) * 1000
const sums = { runs: 0, sent: 0, refused: 0, errors: 0, steps: 0, failed: 0 }

for (let index = 0; index < runs && performance.now() < end; index += 1) {
  for (const home of chosen) {
    const report = await homes[home]!(first + index)
    sums.runs += 1
    for (const name of ['sent', 'refused', 'errors', 'steps'] as const) sums[name] += report[name]
    if (report.violations.length === 0) continue
    sums.failed += 1
    console.log(
      `seed ${report.seed} (${home}) breaks a promise: node bench/simulate.ts --home ${home} --seed ${report.seed}`,
    )
    for (const line of [...report.story, ...report.violations]) console.log(`  ${line}`)
  }
}
const minutes = (performance.now() - began) / 60_000
console.log(`${sums.runs} runs, ${Math.round(sums.runs / minutes)} a minute; ${JSON.stringify(sums)}`)
process.exitCode = sums.failed > 0 ? 1 : 0
