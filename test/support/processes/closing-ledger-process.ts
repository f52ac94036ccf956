// A process of its own that has a settlement to write: `node closing-ledger-process.ts URL`. It prints `held`, waits for
// the end of its input, then settles and closes everything. It must end then, whatever the store does.
import { once } from 'node:events'
import { SharedStore } from '../../../src/lib/store/redis/shared-store.ts'

const [url = ''] = process.argv.slice(2)
const store = new SharedStore({ url, prefix: 'default', ack: 'primary' })
const ledger = await store.openLedger()
const reservation = await ledger.reserve({ account: 'a' })
process.stdout.write('held\n')
await once(process.stdin.resume(), 'end')
await ledger.reserve({ account: 'a' }).catch(() => null)
ledger.settle(reservation!, { outcome: 'ok' })
await ledger.close()
store.close()
