// A separate process that counts on one ledger: `node ledger-process.ts MODE ACCOUNT HOW_MANY [CLOCK_OFFSET_MS [KEEP]]`.
// QWENCTL_STORE_URL selects a shared store, else QWENCTL_HOME the files. It prints the id of every granted reservation.
import { openLedger } from '../../../src/lib/store/ledger/open-ledger.ts'
import { resolveHome } from '../../../src/lib/store/home.ts'

const [mode = '', account = '', howMany = '0', offsetMs = '0', keep = '0'] = process.argv.slice(2)
const { QWENCTL_STORE_URL: url, QWENCTL_STORE_PREFIX: prefix = 'default' } = process.env
const store = url === undefined ? null : await openStore(url)
const clock = () => Date.now() + Number(offsetMs)
const ledger = await (store?.openLedger() ?? openLedger(resolveHome(process.env), { clock }))

async function openStore(address: string) {
  const { SharedStore } = await import('../../../src/lib/store/redis/shared-store.ts')
  return new SharedStore({ url: address, prefix, ack: 'primary' })
}

async function request(): Promise<void> {
  const reservation = await ledger.reserve({ account, keep: Number(keep) })
  if (reservation === null) return
  process.stdout.write(`${reservation.id}\n`)
  if (mode !== 'hold') ledger.settle(reservation, { outcome: 'ok', inputTokens: 1 })
}

if (mode === 'forever') {
  process.stdout.write('ready\n')
  for (;;) await request()
}
for (let sent = 0; sent < Number(howMany); sent += 8) {
  const wave = Math.min(8, Number(howMany) - sent)
  await Promise.all(Array.from({ length: wave }, request))
}
if (mode === 'hold') process.kill(process.pid, 'SIGKILL')
await ledger.close()
store?.close()
