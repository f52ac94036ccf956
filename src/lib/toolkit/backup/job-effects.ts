import { redact } from '../../account/mask.ts'
import { isRecord } from '../../base/is-record.ts'
import { tryParseJson } from '../../base/text/try-parse-json.ts'

/**
 * The commands of jobs that the present home does not run under the same name. A restore must not add one unseen.
 * Secrets are masked.
 */
export function jobEffects(jobs: Buffer | undefined, present: Buffer | undefined): string[] {
  const known = new Set(listCommands(present))
  return listCommands(jobs).filter((effect) => !known.has(effect))
}

/** A malformed document has none; its reader reports the fault. */
function listCommands(content: Buffer | undefined): string[] {
  const data = content === undefined ? undefined : tryParseJson(content.toString())
  const jobs: unknown[] = isRecord(data) && Array.isArray(data.jobs) ? data.jobs : []
  return jobs.flatMap((job) => {
    if (!isRecord(job) || !isRecord(job.action) || job.action.command === undefined) return []
    return [`the command of job ${String(job.name)}: ${redact(JSON.stringify(job.action.command), [])}`]
  })
}
