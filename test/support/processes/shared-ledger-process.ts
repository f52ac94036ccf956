// A process of its own that counts against one shared store:
// `node shared-ledger-process.ts URL ACCOUNT HOW_MANY [hold]`. It prints the id of every granted reservation.
import { SharedStore } from '../../../src/lib/store/redis/shared-store.ts'

const [url = '', account = '', howMany = '0', mode = ''] = process.argv.slice(2)
const store = new SharedStore({ url, prefix: 'default', ack: 'primary' })
const ledger = await store.openLedger()

async function request(): Promise<void> {
  const reservation = await ledger.reserve({ account }).catch(() => null)
  if (reservation === null) return
  process.stdout.write(`${reservation.id}\n`)
  if (mode !== 'hold') ledger.settle(reservation, { outcome: 'ok', inputTokens: 1 })
}

for (let sent = 0; sent < Number(howMany); sent += 8) {
  const wave = Math.min(8, Number(howMany) - sent)
  await Promise.all(Array.from({ length: wave }, request))
}
if (mode === 'hold') process.kill(process.pid, 'SIGKILL')
await ledger.close()
store.close()
