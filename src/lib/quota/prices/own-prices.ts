import { QwenctlError } from '../../base/errors.ts'
import type { OwnPrices } from './price-book.ts'
import type { Price } from './price-row.ts'

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
  const fields = (value ?? {}) as Record<string, unknown>
  const { input, output } = fields
  if (!/^[^/\s]+\/\S+$/.test(name)) {
    throw new QwenctlError('invalid_value', `${place}.${name} is not a provider and a model`, { hint: HINT })
  }
  if (!isAmount(input) || !isAmount(output)) {
    throw new QwenctlError('invalid_value', `${place}.${name} is not a price for input and output`, {
      hint: HINT,
    })
  }
  const price: Price = { input, output }
  for (const part of parts) {
    const amount = fields[part]
    if (amount === undefined) continue
    if (!isAmount(amount)) {
      throw new QwenctlError('invalid_value', `${place}.${name}.${part} is not a price`, { hint: HINT })
    }
    price[part] = amount
  }
  return price
}

const parts = ['cacheRead', 'cacheWrite', 'cacheWriteHour', 'audioInput', 'audioOutput', 'webSearch'] as const

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 1e6
}

/** Parses `0.25,2` (input, output), or `0.25,2,0.025` with the price of cached input. Undefined: not a price. */
export function parsePrice(text: string): Price | undefined {
  const [input, output, cacheRead, ...rest] = text
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (!isAmount(input) || !isAmount(output) || rest.length > 0) return undefined
  if (cacheRead === undefined) return { input, output }
  return isAmount(cacheRead) ? { input, output, cacheRead } : undefined
}
