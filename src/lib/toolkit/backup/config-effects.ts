import { parse } from 'yaml'
import { redact } from '../../account/mask.ts'

/** Settings that decide what a home runs, calls or reads. A backup from other people must not add one unseen. */
const EFFECTIVE = ['notify.command', 'notify.webhook', 'proxy.ca', 'proxy.allowMetadata'] as const

/**
 * The effects that a config.yaml sets and the present one does not set to the same value, as `key: value`. Secrets
 * are masked.
 */
export function configEffects(config: Buffer | undefined, present: Buffer | undefined): string[] {
  const [wanted, known] = [readConfig(config), readConfig(present)]
  return EFFECTIVE.flatMap((key) => {
    const text = JSON.stringify(valueAt(wanted, key))
    if (text === undefined || text === '""' || text === 'false') return []
    return text === JSON.stringify(valueAt(known, key)) ? [] : [`${key}: ${redact(text, [])}`]
  })
}

function readConfig(content: Buffer | undefined): unknown {
  try {
    return content === undefined ? null : parse(content.toString())
  } catch {
    return null // a malformed file sets nothing; its reader reports the fault
  }
}

/** A setting may be written as one key with a dot, or nested. */
function valueAt(config: unknown, key: string): unknown {
  const [section = '', name = ''] = key.split('.')
  return readField(config, key) ?? readField(readField(config, section), name)
}

function readField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
