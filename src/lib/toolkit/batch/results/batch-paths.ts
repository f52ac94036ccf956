import { basename, dirname, join, resolve } from 'node:path'
import { QwenctlError } from '../../../base/errors.ts'
import { linkTarget } from '../../../store/documents/files/link-target.ts'
import type { JournalHeader } from './journal.ts'

/** The paths of a batch, all absolute. */
export interface BatchPaths {
  input: string
  journal: string
  output: string
  errors: string
}

/** The paths of a new batch. Links are followed: two names of one file share its journal. */
export function batchPaths(
  file: string,
  named: { out?: string | undefined; errors?: string | undefined },
): BatchPaths {
  const input = linkTarget(file)
  const stem = join(dirname(input), basename(input).replace(/\.jsonl?$/i, ''))
  return {
    input,
    journal: `${input}.qwenctl`,
    output: resolve(named.out ?? `${stem}.out.jsonl`),
    errors: resolve(named.errors ?? `${stem}.err.jsonl`),
  }
}

/** The paths of a batch that has a journal. Throws `invalid_value` when a flag names another file. */
export function pathsIn(
  header: JournalHeader,
  paths: BatchPaths,
  named: { out?: string | undefined; errors?: string | undefined },
): BatchPaths {
  const folder = dirname(paths.journal)
  const output = resolve(folder, header.output)
  const errors = resolve(folder, header.errors)
  for (const [flag, wish, kept] of [
    ['out', named.out, output],
    ['errors', named.errors, errors],
  ] as const) {
    if (wish === undefined || resolve(wish) === kept) continue
    throw new QwenctlError('invalid_value', `this batch writes to ${kept}, not to ${wish}`, {
      hint: `leave out --${flag}`,
    })
  }
  return { ...paths, output, errors }
}
