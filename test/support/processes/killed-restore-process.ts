// Restores over the home in argv[2], and is killed in the middle: folders replaced, documents not yet.
import { resolveHome } from '../../../src/lib/store/home.ts'
import { replaceHome } from '../../../src/lib/store/replace-home.ts'

/** Ends the process at the moment at which it is written. */
async function* deadly(): AsyncGenerator<string> {
  yield 'half of it'
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => undefined)
}

const home = resolveHome({ QWENCTL_HOME: process.argv[2] })
const snapshot = new Map([
  ['ledger/2020-01-01.ndjson', Buffer.from('\n')],
  ['config.yaml', deadly() as unknown as Buffer],
])
setInterval(() => undefined, 1000)
await replaceHome(home, '{}', snapshot, { stamp: 'test', vault: [] })
