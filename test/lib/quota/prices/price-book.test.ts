import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { parsePrice, readPrices } from '../../../../src/lib/quota/prices/own-prices.ts'
import type { PricedUsage } from '../../../../src/lib/quota/prices/price-book.ts'
import { PriceBook } from '../../../../src/lib/quota/prices/price-book.ts'
import { priceTable } from '../../../../src/lib/quota/prices/shipped-prices.ts'

const openai = { provider: 'openai', baseUrl: null }

const use = (inputTokens: number | null, outputTokens: number | null, more: Partial<PricedUsage> = {}) => ({
  inputTokens,
  outputTokens,
  ...more,
})

describe('the price table', () => {
  test('every row has a price, the table a day and a page, and no model is in two rows of a provider', () => {
    const { rows, asOf, source } = priceTable
    const names = rows.flatMap(({ provider, models }) => models.map((model) => `${provider}/${model}`))
    expect(new Set(names).size).toBe(names.length)
    expect(asOf).toMatch(/^20\d\d-\d\d-\d\d$/)
    expect(URL.parse(source)?.protocol).toBe('https:')
    for (const row of rows) {
      expect(row.input).toBeGreaterThanOrEqual(0)
      expect(row.output).toBeGreaterThanOrEqual(0)
    }
  })

  test('a provider of the table is a built-in one', () => {
    const ids = new Set(builtinProviders.map(({ id }) => id))
    for (const { provider } of priceTable.rows) expect(ids).toContain(provider)
  })
})

describe('a price book', () => {
  test('when the table has the model, tells the cost of both kinds of tokens', () => {
    expect(
      new PriceBook(new Map(), priceTable).computeCost(openai, 'gpt-5-mini', use(1_000_000, 500_000)),
    ).toBeCloseTo(1.25)
    expect(
      new PriceBook(new Map(), priceTable).computeCost(
        openai,
        'text-embedding-3-small',
        use(1_000_000, null),
      ),
    ).toBeCloseTo(0.02)
  })

  test('cached reads, writes of both ages and searches have prices of their own', () => {
    const anthropic = { provider: 'anthropic', baseUrl: null }
    const cost = (more: Partial<PricedUsage>) =>
      new PriceBook(new Map(), priceTable).computeCost(anthropic, 'claude-haiku-4-5', use(1_000_000, 0, more))
    expect(cost({})).toBeCloseTo(1)
    expect(cost({ cacheReadTokens: 1_000_000 })).toBeCloseTo(0.1)
    expect(cost({ cacheWriteTokens: 1_000_000 })).toBeCloseTo(1.25)
    expect(cost({ cacheWriteHourTokens: 1_000_000 })).toBeCloseTo(2)
    expect(cost({ webSearches: 100 })).toBeCloseTo(2)
  })

  test.each([
    ['openai', 'new-model', 0.1], // most rows of OpenAI
    ['openai', 'gpt-4o-mini', 0.5], // its own row
    ['xai', 'new-model', 0.25],
    ['custom', 'new-model', 1],
  ])(
    'an own price at %s without one of cached input: %s has the usual share %d',
    (provider, model, share) => {
      const book = new PriceBook(
        readPrices({ [`${provider}/${model}`]: { input: 2, output: 2 } }, 'prices'),
        priceTable,
      )
      const cost = book.computeCost(
        { provider, baseUrl: 'https://elsewhere.example/v1' },
        model,
        use(1_000_000, 0, { cacheReadTokens: 1_000_000 }),
      )
      expect(cost).toBeCloseTo(2 * share)
    },
  )

  test('own prices without those of a cache: writes cost more than input', () => {
    const book = new PriceBook(readPrices({ 'openai/x': { input: 2, output: 2 } }, 'prices'), priceTable)
    expect(book.computeCost(openai, 'x', use(1_000_000, 0, { cacheWriteTokens: 1_000_000 }))).toBe(2.5)
    expect(book.computeCost(openai, 'x', use(1_000_000, 0, { cacheWriteHourTokens: 1_000_000 }))).toBe(4)
  })

  test('a service that names only a total: every token has the higher price', () => {
    expect(
      new PriceBook(new Map(), priceTable).computeCost(openai, 'gpt-5-mini', use(null, 1_000_000)),
    ).toBeCloseTo(2)
  })

  test('the cost is never less than that of plain tokens at the lowest price, and grows with the use', () => {
    const part = fc.nat(1000)
    const parts = fc.record({
      cacheReadTokens: part,
      cacheWriteTokens: part,
      cacheWriteHourTokens: part,
      audioInputTokens: part,
    })
    const price = {
      input: 3,
      output: 15,
      cacheRead: 0.3,
      cacheWrite: 3.75,
      cacheWriteHour: 6,
      audioInput: 10,
    }
    const book = new PriceBook(new Map([['openai/x', price]]), priceTable)
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), parts, fc.nat(100), (input, output, more, extra) => {
        const cost = book.computeCost(openai, 'x', use(input, output, more))!
        expect(cost).toBeGreaterThanOrEqual((input * 0.3 + output * 15) / 1e6 - 1e-12)
        expect(book.computeCost(openai, 'x', use(input + extra, output, more))!).toBeGreaterThanOrEqual(cost)
      }),
    )
  })

  test('when a model, an address or what was used is not known, neither is the cost', () => {
    const book = new PriceBook(new Map(), priceTable)
    expect(book.computeCost(openai, 'no-such-model', use(1, 1))).toBeNull()
    expect(book.computeCost({ provider: 'acme', baseUrl: null }, 'gpt-5-mini', use(1, 1))).toBeNull()
    const elsewhere = { ...openai, baseUrl: 'https://elsewhere.example/v1' }
    expect(book.computeCost(elsewhere, 'gpt-5-mini', use(1, 1))).toBeNull()
    expect(book.computeCost(openai, 'gpt-5-mini', use(null, null))).toBeNull()
    expect(book.computeCost(openai, 'gpt-5-mini', use(1, null))).toBeNull()
  })

  test('a long prompt has the prices of long prompts', () => {
    const anthropic = { provider: 'anthropic', baseUrl: null }
    expect(
      new PriceBook(new Map(), priceTable).computeCost(anthropic, 'claude-sonnet-4-5', use(200_000, 0)),
    ).toBeCloseTo(0.6)
    expect(
      new PriceBook(new Map(), priceTable).computeCost(anthropic, 'claude-sonnet-4-5', use(200_001, 0)),
    ).toBeCloseTo(1.2)
  })

  test('the user knows better, wherever the requests go, and may price a whole provider', () => {
    const own = readPrices(
      { 'openai/gpt-5-mini': { input: 1, output: 1, cacheRead: 0.5 }, 'custom/*': { input: 0, output: 0 } },
      'prices',
    )
    const book = new PriceBook(own, priceTable)
    expect(book.computeCost(openai, 'gpt-5-mini', use(1_000_000, 0))).toBe(1)
    expect(book.computeCost(openai, 'gpt-5-mini', use(1_000_000, 0, { cacheReadTokens: 1_000_000 }))).toBe(
      0.5,
    )
    const local = { provider: 'custom', baseUrl: 'http://127.0.0.1:1/v1' }
    expect(book.computeCost(local, 'local', use(5, 5))).toBe(0)
    expect(book.hasPrices(local)).toBe(true)
    expect(new PriceBook(new Map(), priceTable).hasPrices(local)).toBe(false)
    expect(book.computeCost(openai, 'gpt-5-nano', use(1_000_000, 0))).toBeCloseTo(0.05)
  })

  test('however many models clients name, the answers stay right', () => {
    const book = new PriceBook(new Map(), priceTable)
    for (let index = 0; index < 5000; index += 1)
      expect(book.computeCost(openai, `no-${index}`, use(1, 1))).toBeNull()
    expect(book.computeCost(openai, 'gpt-5', use(1_000_000, 0))).toBe(1.25)
  })
})

describe('own prices', () => {
  test.each([
    ['no mapping', 7],
    ['a name without a provider', { 'gpt-5': { input: 1, output: 1 } }],
    ['no output', { 'openai/gpt-5': { input: 1 } }],
    ['a negative price', { 'openai/gpt-5': { input: -1, output: 1 } }],
    ['a text', { 'openai/gpt-5': { input: '1', output: 1 } }],
    ['nothing', { 'openai/gpt-5': null }],
    ['a text for the cache', { 'openai/gpt-5': { input: 1, output: 1, cacheRead: '1' } }],
  ])('%s is refused, and named', (_, section) => {
    expect(() => readPrices(section, 'prices')).toThrow(/^prices/)
  })

  test('a price is typed as input and output', () => {
    expect(parsePrice('0.25, 2')).toEqual({ input: 0.25, output: 2 })
    expect(parsePrice('0.25,2,0.025')).toEqual({ input: 0.25, output: 2, cacheRead: 0.025 })
    for (const text of ['1', '1,2,3,4', 'a,b', '1,', '-1,2']) expect(parsePrice(text)).toBeUndefined()
  })
})
