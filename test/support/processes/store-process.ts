// The code that the store's tests run in processes of their own: `node store-process.ts VERB HOME [WORD]`. Tests start
// many of them, so each loads what its verb needs.

import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from '../../../src/lib/account/account.ts'
import { isQwenctlError } from '../../../src/lib/base/errors.ts'
import { resolveHome } from '../../../src/lib/store/home.ts'
import { withLock } from '../../../src/lib/store/locks/lock.ts'

const [verb = '', folder = '', word = ''] = process.argv.slice(2)
const home = resolveHome({ QWENCTL_HOME: folder })
const untilReleased = (): Promise<void> => new Promise((resolve) => process.stdin.resume().on('end', resolve))
const say = (text: string): boolean => process.stdout.write(`${text}\n`)

async function addAccount(changes: Partial<Account>): Promise<void> {
  const { openAccountsDocument } = await import('../../../src/lib/store/documents/accounts-document.ts')
  const { accountRecord } = await import('../account-record.ts')
  await openAccountsDocument(home).update((data) => data.accounts.push(accountRecord(changes)))
}

const verbs: Record<string, () => Promise<unknown>> = {
  'add-account': () => addAccount({ name: word }),

  /** Adds accounts with a long list of models until it is stopped or the store refuses. */
  fill: async () => {
    const models = Array.from({ length: 2000 }, (_, index) => `model-${index}`)
    for (let count = 0; count < 1000; count++) await addAccount({ name: `filler-${count}`, models })
  },

  /** Counts up, and says each number after it was stored. */
  count: async () => {
    const { JsonDocument } = await import('../../../src/lib/store/documents/document.ts')
    const counter = new JsonDocument({
      file: join(folder, 'count.json'),
      kind: 'counter',
      version: 1,
      empty: () => ({ n: 0 }),
    })
    for (let turn = 0; turn < Number(word); turn++) say(String(await counter.update((data) => ++data.n)))
  },

  /** Holds the lock until its input ends. */
  hold: () =>
    withLock(join(folder, 'thing'), async () => {
      say('held')
      await untilReleased()
    }),

  /** Notes in a file when it enters and leaves; two inside at once would show as two entries in a row. */
  'enter-and-leave': async () => {
    const options = { hardLinks: word !== 'no-hard-links' }
    for (let turn = 0; turn < 20; turn++) {
      await withLock(
        join(folder, 'thing'),
        async () => {
          appendFileSync(join(folder, 'log'), `enter ${process.pid}\n`)
          await new Promise((resolve) => setImmediate(resolve))
          appendFileSync(join(folder, 'log'), `leave ${process.pid}\n`)
        },
        options,
      )
    }
  },

  seal: async () => {
    const { openVault } = await import('../../../src/lib/store/vault/vault.ts')
    say((await openVault(home, {})).seal('sk-secret', { user: 'local', accountId: 'acc_1' }))
  },
}

try {
  await verbs[verb]!()
} catch (error) {
  if (!isQwenctlError(error)) throw error
  say(`${error.code}: ${error.message}`)
  process.exitCode = error.exit
}
