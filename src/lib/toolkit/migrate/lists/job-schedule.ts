import type { JobInput } from '../../jobs/job-input.ts'
import type { ListLimits } from '../finding.ts'
import { readFields, isFields, readText, readTexts } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'

/** The schedule of an account in another tool, as `jobs add` takes it; null: its settings have none. */
export function readSchedule(settings: Fields): JobInput | null {
  const written = settings['schedule'] ?? settings['posting_schedule'] ?? settings['cron']
  if (written === undefined || written === null || written === false) return null
  const fields: Fields = isFields(written) ? written : { value: written }
  const when = readWhen(fields)
  if (when === null || fields['enabled'] === false) return null
  const zone = readText(fields['timezone'] ?? fields['zone'] ?? fields['tz'] ?? settings['timezone'])
  return { ...when, ...(zone === null ? {} : { zone }), ...readTask(fields) }
}

const TIME = /^\d{1,2}:\d{2}$/
const SPAN = /^\d+\s*(s|m|h|d)$/

function readWhen(fields: Fields): JobInput | null {
  const value = fields['value'] ?? fields['at'] ?? fields['times'] ?? fields['time'] ?? fields['hours']
  const cron = readText(value) ?? readText(fields['cron'] ?? fields['expression'])
  if (cron !== null && cron.split(/\s+/).length === 5) return { cron }
  const texts = readTexts(value)
  const days = readTexts(fields['days']).join(',')
  if (texts.length > 0 && texts.every((text) => TIME.test(text)))
    return { at: texts.join(','), ...(days === '' ? {} : { days }) }
  return readInterval(fields, texts)
}

function readInterval(fields: Fields, texts: string[]): JobInput | null {
  const every = readText(fields['every'] ?? fields['interval']) ?? texts.find((text) => SPAN.test(text)) ?? ''
  if (SPAN.test(every)) return { every: every.replace(/\s+/g, '') }
  const minutes = Number(fields['interval_minutes'] ?? Number.NaN)
  return minutes > 0 ? { every: `${minutes}m` } : null
}

/** Without a task, the job only verifies the credential, and is paused until a person gives it one. */
function readTask(fields: Fields): JobInput {
  const template = readText(fields['template'])
  const ask = readText(fields['prompt'] ?? fields['ask'])
  const command = readTexts(fields['command'])
  if (ask !== null) return { ask }
  if (template !== null) return { template }
  if (command.length > 1) return { command }
  return command[0] === undefined ? { verify: true } : { command: command[0].split(/\s+/) }
}

/** The limits over all accounts of a master list. */
export function readListLimits(list: unknown): ListLimits {
  const settings = readFields(readFields(list)['settings'])
  const rates = Object.entries(readFields(settings['global_rate_limit']))
    .filter(([name]) => name.endsWith('per_hour'))
    .map(([, rate]) => Number(rate))
    .filter((rate) => Number.isSafeInteger(rate) && rate > 0)
  const concurrent = Number(settings['max_concurrent_accounts'] ?? Number.NaN)
  return {
    maxConcurrent: Number.isSafeInteger(concurrent) && concurrent > 0 ? concurrent : null,
    maxPerHour: rates.length === 0 ? null : Math.min(...rates),
  }
}
