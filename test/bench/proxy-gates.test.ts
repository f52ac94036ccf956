import { expect, test } from 'vitest'
import { proxyGates } from '../../bench/support/proxy-gates.ts'
import type { Row } from '../../bench/support/row.ts'

/** A subject with 32 connections; `busy`: the share of its core. */
function row(
  subject: string,
  perSecond: number,
  { busy = 1, ...figures }: Partial<Row> & { busy?: number } = {},
): Row {
  const cpuUs = (busy * 1e6) / perSecond
  const rest = { p50Ms: 1, p99Ms: 2, errors: 0, rssMb: 100, peakMb: 100 }
  return { scenario: 'chat', connections: 32, subject, perSecond, cpuUs, ...rest, ...figures }
}

function gate(name: string, rows: Row[]) {
  const found = proxyGates(rows, null).find((each) => each.name === `${name}, 32 connections`)
  if (found === undefined) throw new Error(`no gate ${name}`)
  return { measured: found.measured, isMet: found.isMet }
}

test.each([
  [4_500, true],
  [4_499, false],
])('with 32 connections, %i of the 10,000 requests of nginx are enough: %j', (perSecond, isMet) => {
  expect(gate('share of nginx', [row('qwenctl', perSecond), row('nginx', 10_000)]).isMet).toBe(isMet)
})

test('a subject that did not run makes its gate unmeasured', () => {
  expect(gate('share of nginx', [row('qwenctl', 5_000)])).toEqual({ measured: null, isMet: null })
})

test('a comparison with a subject that the machine held back is not measured, and names it', () => {
  const rows = [row('qwenctl', 5_000), row('nginx', 10_000, { busy: 0.8 })]
  expect(gate('share of nginx', rows)).toEqual({
    measured: '0.50 (machine too busy to load nginx)',
    isMet: null,
  })
})

test.each([
  [150, true],
  [151, false],
])('the memory of qwenctl is compared with no other subject: %i MB, met: %j', (peakMb, isMet) => {
  const rows = [row('qwenctl-many', 5_000, { busy: 0.7, peakMb })]
  expect(gate('peak memory of 10,000 accounts in MB', rows)).toEqual({ measured: `${peakMb}`, isMet })
})

test('the promise against Portkey shows what nginx reaches, where it ran', () => {
  const rows = [row('qwenctl', 2_600), row('portkey-3', 100)]
  const name = 'against @portkey-ai/gateway with three accounts'
  expect(gate(name, rows)).toEqual({ measured: '26', isMet: true })
  expect(gate(name, [...rows, row('nginx', 5_000)]).measured).toBe('26 (nginx: 50)')
  expect(gate(name, [row('qwenctl', 2_499), row('portkey-3', 100)]).isMet).toBe(false)
})
