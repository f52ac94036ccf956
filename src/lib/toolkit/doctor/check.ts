// The doctor folder: one small function per check. Each returns its finding and its fix, and changes nothing. Only
// `permissions` repairs, on request. A check that cannot run is `skip`, never `ok`.

export interface Check {
  /** For programs; never changes. */
  id: string
  title: string
  /** `warn`: works, but is worth knowing; `fail`: is wrong. */
  status: 'ok' | 'warn' | 'fail' | 'skip'
  detail: string
  /** A command to type or a thing to change; null: none. */
  fix: string | null
}

export interface DoctorReport {
  /** No check failed. */
  ok: boolean
  checks: Check[]
}

type Finding = Pick<Check, 'status' | 'detail'> & { fix?: string | null }

export function check(id: string, title: string, finding: Finding): Check {
  return { id, title, status: finding.status, detail: finding.detail, fix: finding.fix ?? null }
}

export interface DoctorOptions {
  /** Whether to repair what can be repaired without loss. */
  fix: boolean
  /** The transport that a proxy with this setting would have, and the parts of Node that `fast` misses here. */
  chooseTransport?: (wanted: string) => Promise<{ name: string; missing: readonly string[] }>
}
