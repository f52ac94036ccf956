// `node ledger-start.ts HOME`: prints the milliseconds until a fresh process knows the counts of a home.
import { readLedger } from '../../src/lib/store/ledger/open-ledger.ts'
import { resolveHome } from '../../src/lib/store/home.ts'

const home = resolveHome({ QWENCTL_HOME: process.argv[2] })
const began = performance.now()
const { state } = readLedger(home)
console.log(JSON.stringify({ ms: performance.now() - began, sequence: state.sequence }))
