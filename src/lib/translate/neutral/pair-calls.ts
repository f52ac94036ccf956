// Services refuse a conversation with a call that has no result, or with a result that has no call. Clients send both:
// they cut the beginning of a long conversation, or a user interrupts a tool
// (https://github.com/openai/codex/issues/7051, 2026-11).

import type { CallPart, Part, ResultPart, Turn } from './request.ts'

type Result = ResultPart & { at: string }

/** Turns of the assistant, and the turns after them up to the assistant's next. */
interface Round {
  calls: CallPart[]
  answers: Turn[]
}

/**
 * Gives every call a result in the turns right after it, and makes a result without a call plain text. Turns of a
 * conversation that is complete stay as they are.
 */
export function pairCalls(turns: Turn[]): Turn[] {
  const rounds = splitRounds(turns)
  for (const round of rounds) orderResults(round)
  if (rounds.every(isComplete)) return turns
  const pending = new Map<Round, Result[]>()
  rounds.forEach((round, index) => {
    const missing = findMissing(round, rounds.slice(index + 1))
    if (missing.length > 0) pending.set(round, missing)
  })
  for (const round of rounds) tellOrphans(round)
  const paired: Turn[] = []
  const roundOf = new Map(rounds.flatMap((round) => round.answers.map((turn) => [turn, round] as const)))
  for (const turn of turns) {
    const round = roundOf.get(turn)
    if (round !== undefined) addResults(round, pending, paired)
    if (turn.parts.length > 0) paired.push(turn)
  }
  // Calls at the end of the conversation.
  for (const round of pending.keys()) addResults(round, pending, paired)
  return paired
}

function splitRounds(turns: readonly Turn[]): Round[] {
  const rounds: Round[] = [{ calls: [], answers: [] }]
  let wasAssistant = false
  for (const turn of turns) {
    const isAssistant = turn.role === 'assistant'
    if (isAssistant && !wasAssistant) rounds.push({ calls: [], answers: [] })
    const round = rounds.at(-1)!
    if (!isAssistant) round.answers.push(turn)
    else for (const part of turn.parts) if (part.kind === 'call') round.calls.push(part)
    wasAssistant = isAssistant
  }
  return rounds
}

/** Gives the results of a turn the order of their calls: Google wants it so. */
function orderResults({ calls, answers }: Round): void {
  if (calls.length < 2) return
  const places = new Map(calls.map(({ id }, index) => [id, index]))
  if (places.size < calls.length) return // ids repeat, so only the order tells the results apart
  const slots = answers.flatMap(({ parts }) =>
    parts.flatMap((part, index) => (part.kind === 'result' ? [{ parts, index }] : [])),
  )
  const results = slots.map(({ parts, index }) => parts[index] as Part & Result)
  const place = ({ id }: Result) => places.get(id)!
  // A result of another name may be any call's, so only its place tells.
  if (results.some(({ id }) => !places.has(id))) return
  if (results.every((result, index) => index === 0 || place(results[index - 1]!) <= place(result))) return
  results.sort((one, other) => place(one) - place(other))
  slots.forEach(({ parts, index }, at) => (parts[index] = results[at]!))
}

function resultsIn({ answers }: Round): Result[] {
  return answers.flatMap(({ parts }) => parts.filter((part): part is Part & Result => part.kind === 'result'))
}

function isComplete(round: Round): boolean {
  const results = resultsIn(round)
  if (results.length !== round.calls.length) return false
  const { calls, orphans } = match(round.calls, results)
  return calls.length === 0 && orphans.length === 0
}

/** The calls without a result, and the results without a call. Ids may repeat. */
function match(calls: readonly CallPart[], results: readonly Result[]): Unmatched {
  const orphans = [...results]
  const left = calls.filter(({ id }) => {
    const index = orphans.findIndex((result) => result.id === id)
    if (index !== -1) orphans.splice(index, 1)
    return index === -1
  })
  return { calls: left, orphans }
}

interface Unmatched {
  calls: CallPart[]
  orphans: Result[]
}

/** The results that a round lacks. A client may have changed an id, or send a result late. */
function findMissing(round: Round, later: readonly Round[]): Result[] {
  const { calls, orphans } = match(round.calls, resultsIn(round))
  return calls.flatMap((call) => {
    const renamed = orphans.shift()
    if (renamed !== undefined) {
      renamed.id = call.id
      return []
    }
    return [takeLate(call, later) ?? missingResult(call)]
  })
}

function takeLate(call: CallPart, later: readonly Round[]): Result | null {
  for (const round of later) {
    if (round.calls.some(({ id }) => id === call.id)) return null
    for (const turn of round.answers) {
      const index = turn.parts.findIndex((part) => part.kind === 'result' && part.id === call.id)
      if (index !== -1) return turn.parts.splice(index, 1)[0] as Part & Result
    }
  }
  return null
}

function missingResult({ id, name }: CallPart): Result {
  const at = 'a call without a result'
  const parts: Part[] = [{ kind: 'text', text: 'This call has no result: it was interrupted.', at }]
  return { kind: 'result', id, name, parts, isError: true, at }
}

function tellOrphans(round: Round): void {
  const orphans = new Set<Part>(match(round.calls, resultsIn(round)).orphans)
  if (orphans.size === 0) return
  for (const turn of round.answers)
    turn.parts = turn.parts.flatMap((part): Part[] => {
      if (part.kind !== 'result' || !orphans.has(part)) return [part]
      const head = `The result of an earlier call${part.name === null ? '' : ` of ${part.name}`}:`
      return [{ kind: 'text', text: head, at: part.at }, ...part.parts]
    })
}

function addResults(round: Round, pending: Map<Round, Result[]>, paired: Turn[]): void {
  const results = pending.get(round)
  if (results === undefined) return
  pending.delete(round)
  paired.push({ role: 'user', at: results[0]!.at, parts: results })
}
