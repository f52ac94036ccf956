import { Flags } from '@oclif/core'
import { QwenctlError } from '../../../lib/base/errors.ts'
import { readUntil, readUsd } from '../../../lib/toolkit/batch/read-wish.ts'

const MOST_CONCURRENCY = 1_000

/** Flags of `batch run`. */
export const batchFlags = {
  out: Flags.string({ description: 'where the answers go; default: FILE.out.jsonl', helpValue: 'FILE' }),
  errors: Flags.string({ description: 'where failed lines go; default: FILE.err.jsonl', helpValue: 'FILE' }),
  model: Flags.string({ char: 'm', description: 'send every line to this model', helpValue: 'MODEL' }),
  concurrency: Flags.string({
    description: 'lines in flight at once; auto: by the number of accounts',
    helpValue: 'N',
    default: 'auto',
    parse: (text) => Promise.resolve(checkConcurrency(text)),
  }),
  'max-cost': Flags.string({
    description: 'stop before the batch costs more than this',
    helpValue: '5usd',
    parse: (text) => Promise.resolve(String(readUsd(text))),
  }),
  until: Flags.string({
    description: 'send no line after this time: 08:00, 2h, or RFC 3339',
    helpValue: 'TIME',
    parse: (text) => Promise.resolve(readUntil(text, new Date()).toISOString()),
  }),
  order: Flags.option({
    description: 'input: the output has the order of the input at the end',
    options: ['input'] as const,
  })(),
  'dry-run': Flags.boolean({ description: 'check the file and estimate cost and time; send nothing' }),
  'retry-failed': Flags.boolean({ description: 'send failed lines again' }),
  'retry-unknown': Flags.boolean({
    description: 'send lines again that were sent and have no answer; the provider may have charged them',
  }),
}

function checkConcurrency(text: string): string {
  const count = Number(text)
  if (text === 'auto' || (Number.isInteger(count) && count >= 1 && count <= MOST_CONCURRENCY)) return text
  throw new QwenctlError('invalid_value', `--concurrency is "${text.slice(0, 40)}"`, {
    hint: `write a number from 1 to ${MOST_CONCURRENCY}, or auto`,
  })
}
