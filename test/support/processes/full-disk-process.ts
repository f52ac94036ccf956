// Reserves until the file-size limit of its process stops it, and a little longer; prints the answers.
import { resolveHome } from '../../../src/lib/store/home.ts'
import { openLedger } from '../../../src/lib/store/ledger/open-ledger.ts'

process.on('SIGXFSZ', () => undefined) // the write then fails with EFBIG
const ledger = await openLedger(resolveHome(process.env))
const granted: string[] = []
const refusals: string[] = []
for (let attempt = 0; attempt < 40; attempt += 1) {
  try {
    const reservation = await ledger.reserve({ account: 'a' })
    if (reservation !== null) granted.push(reservation.id)
  } catch (error) {
    refusals.push((error as { code: string }).code)
  }
}
process.stdout.write(JSON.stringify({ granted, refusals }))
process.exit(0)
