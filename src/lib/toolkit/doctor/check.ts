// The doctor room: one small function per check. Each answers what it found and what to do, and changes nothing; only
// `permissions` repairs, when it is asked to. A check that cannot be made is `skip`, never `ok`.

export interface Check {
  /** For programs; never changes. */
  id: string
  title: string
  /** `warn` is worth knowing and works; `fail` is wrong. */
  status: 'ok' | 'warn' | 'fail' | 'skip'
  detail: string
  /** A command to type or a thing to change; null: nothing to do. */
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
