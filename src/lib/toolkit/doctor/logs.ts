import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from './check.ts'
import { check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

const MIB = 1 << 20

/** The size of the logs, compared with their bound. Several proxies may exceed the bound by one file each. */
export async function checkLogs({ home, settings }: Pick<DoctorParts, 'home' | 'settings'>): Promise<Check> {
  const most = await settings.get('logs.maxBytes').then(Number, () => null)
  if (most === null) return check('logs', 'logs', { status: 'skip', detail: 'the settings cannot be read' })
  const bytes = bytesIn(home.logsFolder)
  const detail = `${Math.ceil(bytes / MIB)} MiB of ${Math.round(most / MIB)} MiB in ${home.logsFolder}`
  if (bytes <= most + most / 4) return check('logs', 'logs', { status: 'ok', detail })
  const fix = 'qwenctl proxy start removes what is beyond logs.maxBytes'
  return check('logs', 'logs', { status: 'warn', detail, fix })
}

function bytesIn(folder: string): number {
  let bytes = 0
  for (const name of namesIn(folder))
    bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
  return bytes
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.ndjson'))
  } catch {
    return [] // no logs exist
  }
}
