import { QwenctlError } from '../../base/errors.ts'
import type { OwnPrices } from './price-book.ts'
import type { Price } from './price-table.ts'

const HINT = 'write it as openai/gpt-5-mini: {input: 0.25, output: 2}, in US dollars per million tokens'

/**
 * Reads the section `prices` of the configuration: a mapping of `provider/model` to the cost of a million tokens.
 * Throws `invalid_value` that names the faulty entry.
 */
export function readPrices(section: unknown, place: string): OwnPrices {
  if (section === undefined || section === null) return new Map()
  if (typeof section !== 'object' || Array.isArray(section)) {
    throw new QwenctlError('invalid_value', `${place} is not a mapping of models to prices`, { hint: HINT })
  }
  return new Map(
    Object.entries(section).map(([name, value]) => [name, readPrice(name, value, place)] as const),
  )
}

function readPrice(name: string, value: unknown, place: string): Price {
  const { input, output } = (value ?? {}) as Record<string, unknown>
  if (!/^[^/\s]+\/\S+$/.test(name)) {
    throw new QwenctlError('invalid_value', `${place}.${name} is not a provider and a model`, { hint: HINT })
  }
  if (isAmount(input) && isAmount(output)) return { input, output }
  throw new QwenctlError('invalid_value', `${place}.${name} is not a price for input and output`, {
    hint: HINT,
  })
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 1e6
}

/** Parses `0.25,2`. Undefined: not a price. */
export function parsePrice(text: string): Price | undefined {
  const [input, output, ...rest] = text
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  return isAmount(input) && isAmount(output) && rest.length === 0 ? { input, output } : undefined
}
