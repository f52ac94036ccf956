// Runs every benchmark in sequence and writes the results to bench/README.md:
// npm run bench -- [--quick] [--check] [--no-write]
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureLedger } from './ledger.ts'
import { core, measureProxies } from './proxy.ts'
import { measureStartup } from './startup.ts'
import { describeMachine } from './support/machine.ts'
import { measureMemory } from './support/memory.ts'
import { endWithUs } from './support/processes.ts'
import { exitCode, gateTable, print, writeResults, type Section } from './support/report.ts'
import { subjects } from './support/subjects.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    'no-write': { type: 'boolean', default: false },
  },
})
const isQuick = values.quick
endWithUs()
const machine = describeMachine(new Date())
console.log(machine)

const sections: Section[] = []
const add = (section: Section) => {
  print(section)
  sections.push(section)
}
add(
  await measureProxies({
    only: Object.keys(subjects),
    scenarios: isQuick ? ['chat'] : ['chat', 'stream', 'large'],
    connections: isQuick ? [32] : [1, 32, 256],
    accounts: 3,
    rounds: 3,
    seconds: isQuick ? 2 : 4,
  }),
)
if (!isQuick) add(await measureMemory({ accounts: 3, minutes: 3, core }))
add(await measureStartup(15))
add(await measureLedger({ requests: 20_000, rounds: 5, events: isQuick ? 100_000 : 1_000_000 }))

const gates = sections.flatMap((section) => section.gates)
if (!values['no-write'] && !isQuick) {
  const written = sections.map(({ title, markdown }) => `## ${title}\n\n${markdown}`)
  const results = [machine, ...written, `## Promises\n\n${gateTable(gates)}`].join('\n\n')
  writeResults(join(import.meta.dirname, 'README.md'), results)
}
process.exitCode = exitCode(gates, values.check)
