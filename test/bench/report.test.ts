import { describe, expect, test } from 'vitest'
import { exitCode, replaceResults, table, type Gate } from '../../bench/support/report.ts'
import { median, show } from '../../bench/support/statistics.ts'

const gate = (isMet: boolean | null): Gate => ({ name: 'speed', wanted: '1', measured: '1', isMet })

describe('a benchmark report', () => {
  test('when results are written, replaces what is between the markers and nothing else', () => {
    const page = 'before\n<!-- results:start -->\nold\n<!-- results:end -->\nafter\n'
    const written = replaceResults(page, '| new |\n')
    expect(written).toBe('before\n<!-- results:start -->\n\n| new |\n\n<!-- results:end -->\nafter\n')
    expect(replaceResults(written, '| new |\n')).toBe(written)
  })

  test('when a marker is missing, refuses to write', () => {
    expect(() => replaceResults('<!-- results:start -->', 'x')).toThrow('missing')
  })

  test('when a promise is broken or was not measured, a checked run fails', () => {
    expect(exitCode([gate(true)], true)).toBe(0)
    expect(exitCode([gate(true), gate(false)], true)).toBe(1)
    expect(exitCode([gate(null)], true)).toBe(1)
    expect(exitCode([gate(false)], false)).toBe(0)
  })

  test('when rows are given, prints a markdown table with numbers to the right', () => {
    expect(table(['what', 'ms'], [['a', '1']])).toBe('| what | ms |\n| --- | ---: |\n| a | 1 |')
  })
})

describe('a figure', () => {
  test('when there are several, the middle one counts', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 2, 100])).toBe(3)
  })

  test('when there are none, is refused', () => {
    expect(() => median([])).toThrow('no values')
  })

  test('when it is shown, has the digits that can be compared', () => {
    expect([12_345.6, 99.95, 12.34, 1.234, 7].map(show)).toEqual(['12,346', '100.0', '12.3', '1.23', '7'])
  })
})
