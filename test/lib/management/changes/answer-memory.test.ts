import { expect, test } from 'vitest'
import { AnswerMemory } from '../../../../src/lib/management/changes/answer-memory.ts'

const MIB = 1 << 20
const answer = Promise.resolve({ status: 200, value: {}, headers: {} })

function given() {
  const time = { now: 0 }
  const memory = new AnswerMemory(() => time.now)
  const add = (name: string, user: string | null) => memory.add(name, { user, print: 'p', answer })
  const keep = (name: string, user: string | null, size: number) => {
    add(name, user)
    memory.settle(name, size)
  }
  const has = (...names: string[]) => names.map((name) => memory.get(name) !== undefined)
  return { memory, time, add, keep, has }
}

test('large answers push out the oldest ones of their own user alone', () => {
  const { keep, has } = given()
  keep('bob', 'bob', 100)
  keep('a1', 'alice', MIB)
  keep('a2', 'alice', MIB)
  keep('a3', 'alice', MIB)
  expect(has('bob', 'a1', 'a2', 'a3')).toEqual([true, false, true, true])
  for (let index = 0; index < 5000; index += 1) keep(`small${index}`, 'alice', 10)
  expect(has('bob', 'a3', 'small0', 'small4999')).toEqual([true, false, false, true])
})

test('all answers together have a bound', () => {
  const { keep, has } = given()
  for (let index = 0; index < 40; index += 1) keep(`u${index}`, `user${index}`, MIB)
  const kept = has(...Array.from({ length: 40 }, (_, index) => `u${index}`))
  expect(kept.filter(Boolean)).toHaveLength(16)
  expect(kept.at(-1)).toBe(true)
})

test('an answer larger than the share stays until the next one, and a request under way stays', () => {
  const { add, keep, has } = given()
  add('running', 'alice')
  keep('huge', 'alice', 3 * MIB)
  expect(has('running', 'huge')).toEqual([true, true])
  keep('next', 'alice', 10)
  expect(has('running', 'huge', 'next')).toEqual([true, false, true])
})

test('an answer goes after a day', () => {
  const { time, keep, has } = given()
  keep('old', null, 10)
  time.now = 12 * 3_600_000
  keep('new', null, 10)
  time.now = 24 * 3_600_000
  expect(has('old', 'new')).toEqual([false, true])
})

test('a request that failed leaves no bytes behind', () => {
  const { memory, add, keep, has } = given()
  keep('first', 'alice', MIB)
  for (let index = 0; index < 2000; index += 1) {
    add(`failed${index}`, 'alice')
    memory.delete(`failed${index}`)
  }
  keep('last', 'alice', MIB)
  expect(has('first', 'last', 'failed0')).toEqual([true, true, false])
})
