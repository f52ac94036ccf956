import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeAtomically } from '../../store/documents/files/atomic-write.ts'
import type { PlanView } from './plan-views.ts'

export type Plans = Readonly<Record<string, PlanView>>

/** The last answers of providers about their plans, by account. A damaged file counts as none: it is a cache. */
export function readPlans(file: string): Plans {
  try {
    const data = JSON.parse(readFileSync(file, 'utf8')) as { plans?: unknown }
    return typeof data.plans === 'object' && data.plans !== null ? (data.plans as Plans) : {}
  } catch {
    return {}
  }
}

export async function storePlans(file: string, plans: Plans): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  await writeAtomically(file, `${JSON.stringify({ plans })}\n`)
}
