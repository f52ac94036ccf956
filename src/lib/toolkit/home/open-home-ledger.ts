import type { Home } from '../../store/home.ts'
import type { LedgerOptions } from '../../store/ledger/files/file-event-log.ts'
import type { TicketLedger } from '../../store/ledger/ticket-ledger.ts'
import { openStore } from '../../store/redis/open-store.ts'
import type { Settings } from '../settings/settings.ts'

type Parts = Pick<LedgerOptions, 'clock' | 'machine'> & {
  settings: Pick<Settings, 'get'>
  onProblem: (problem: string) => void
}

/** Opens the ledger of a home for counting, where its store is: in files or in Redis. */
export async function openHomeLedger(
  home: Home,
  { settings, onProblem, ...time }: Parts,
): Promise<TicketLedger> {
  const store = await openStore(home)
  if (store !== null) return store.openLedger({ onProblem })
  const { openLedger } = await import('../../store/ledger/open-ledger.ts')
  return openLedger(home, {
    ...time,
    sync: (await settings.get('ledger.sync')) as 'interval' | 'always' | 'off',
    retentionDays: (await settings.get('ledger.retentionDays')) as number,
    onProblem,
  })
}
