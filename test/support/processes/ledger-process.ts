// A process of its own that counts against one ledger: `node ledger-process.ts MODE ACCOUNT HOW_MANY [CLOCK_OFFSET_MS [KEEP]]`.
// It prints one line for every granted reservation, after it was granted.
import { openLedger } from '../../../src/lib/store/ledger/open-ledger.ts'
import { resolveHome } from '../../../src/lib/store/home.ts'

const [mode = '', account = '', howMany = '0', offsetMs = '0', keep = '0'] = process.argv.slice(2)
const clock = () => Date.now() + Number(offsetMs)
const ledger = await openLedger(resolveHome(process.env), { clock })

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
