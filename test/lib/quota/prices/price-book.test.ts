import { describe, expect, test } from 'vitest'
import { parsePrice, readPrices } from '../../../../src/lib/quota/prices/own-prices.ts'
import { PriceBook } from '../../../../src/lib/quota/prices/price-book.ts'
import { priceTable } from '../../../../src/lib/quota/prices/price-table.ts'

const openai = { provider: 'openai', baseUrl: null }

describe('the price table', () => {
  test('every row has a price, a day and a page, and no model is in two rows of a provider', () => {
    const names = priceTable.flatMap(({ provider, models }) => models.map((model) => `${provider}/${model}`))
    expect(new Set(names).size).toBe(names.length)
    for (const row of priceTable) {
      expect(row.input).toBeGreaterThan(0)
      expect(row.output).toBeGreaterThanOrEqual(0)
      expect(row.asOf).toMatch(/^20\d\d-\d\d-\d\d$/)
      expect(URL.parse(row.source)?.protocol, row.source).toBe('https:')
    }
  })
})

describe('a price book', () => {
  test('when the table has the model, tells the cost of both kinds of tokens', () => {
    expect(new PriceBook().computeCost(openai, 'gpt-5-mini', 1_000_000, 500_000)).toBeCloseTo(1.25)
    expect(new PriceBook().computeCost(openai, 'text-embedding-3-small', 1_000_000, null)).toBeCloseTo(0.02)
  })

  test('when a model, an address or what was used is not known, neither is the cost', () => {
    const book = new PriceBook()
    expect(book.computeCost(openai, 'gpt-99', 1, 1)).toBeNull()
    expect(book.computeCost({ provider: 'acme', baseUrl: null }, 'gpt-5-mini', 1, 1)).toBeNull()
    expect(
      book.computeCost({ ...openai, baseUrl: 'https://elsewhere.example/v1' }, 'gpt-5-mini', 1, 1),
    ).toBeNull()
    expect(book.computeCost(openai, 'gpt-5-mini', null, 1)).toBeNull()
    expect(book.computeCost(openai, 'gpt-5-mini', 1, null)).toBeNull()
  })

  test('when a long prompt may have another price, there is none', () => {
    const anthropic = { provider: 'anthropic', baseUrl: null }
    expect(new PriceBook().computeCost(anthropic, 'claude-sonnet-4-5', 200_000, 0)).toBeCloseTo(0.6)
    expect(new PriceBook().computeCost(anthropic, 'claude-sonnet-4-5', 200_001, 0)).toBeNull()
  })

  test('the user knows better, wherever the requests go, and may price a whole provider', () => {
    const own = readPrices(
      { 'openai/gpt-5-mini': { input: 1, output: 1 }, 'custom/*': { input: 0, output: 0 } },
      'prices',
    )
    const book = new PriceBook(own)
    expect(book.computeCost(openai, 'gpt-5-mini', 1_000_000, 0)).toBe(1)
    expect(book.computeCost({ provider: 'custom', baseUrl: 'http://127.0.0.1:1/v1' }, 'local', 5, 5)).toBe(0)
    expect(book.computeCost(openai, 'gpt-5-nano', 1_000_000, 0)).toBeCloseTo(0.05)
  })

  test('however many models clients name, the answers stay right', () => {
    const book = new PriceBook()
    for (let index = 0; index < 5000; index += 1)
      expect(book.computeCost(openai, `no-${index}`, 1, 1)).toBeNull()
    expect(book.computeCost(openai, 'gpt-5', 1_000_000, 0)).toBe(1.25)
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
  ])('%s is refused, and named', (_, section) => {
    expect(() => readPrices(section, 'prices')).toThrow(/^prices/)
  })

  test('a price is typed as input and output', () => {
    expect(parsePrice('0.25, 2')).toEqual({ input: 0.25, output: 2 })
    for (const text of ['1', '1,2,3', 'a,b', '1,', '-1,2']) expect(parsePrice(text)).toBeUndefined()
  })
})
