import type { DoctorReport } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'
import { checkAccounts } from './accounts.ts'
import { checkClients } from './clients.ts'
import { checkDocuments } from './documents.ts'
import { checkLedger } from './ledger.ts'
import { checkLogs } from './logs.ts'
import { checkPermissions } from './permissions.ts'
import { checkProgram } from './program.ts'
import { checkSecrets } from './secrets.ts'
import { checkServices } from './services.ts'
import { checkTransport } from './transport.ts'
import { openStore } from '../../store/redis/open-store.ts'
import { checkStore } from '../store/store-view.ts'

/** Runs all checks, in the order of their dependencies. */
export async function examine(parts: DoctorParts): Promise<DoctorReport> {
  const checks = [
    checkPermissions(parts),
    ...(await checkDocuments(parts)),
    ...(await checkSecrets(parts)),
    ...((await isInFiles(parts)) ? checkLedger(parts) : await checkStore(parts.home)),
    ...(await checkAccounts(parts)),
    ...(await checkServices(parts)),
    await checkLogs(parts),
    ...(await checkProgram(parts)),
    checkClients(parts),
    ...(await checkTransport(parts)),
  ]
  return { ok: checks.every(({ status }) => status !== 'fail'), checks }
}

/** False also for a configuration that does not say: `checkStore` reports that. */
function isInFiles({ home }: DoctorParts): Promise<boolean> {
  return openStore(home).then(
    (store) => store === null,
    () => false,
  )
}
