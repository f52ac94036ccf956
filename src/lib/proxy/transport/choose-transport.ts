import { FastTransport } from './fast/fast-transport.ts'
import { missingInternals } from './fast/missing-internals.ts'
import { portableTransport } from './portable/portable-transport.ts'
import type { Transport, TransportName } from './transport.ts'

/** The transport of a proxy, and why it is this one. */
export interface TransportChoice {
  readonly transport: Transport
  readonly wanted: TransportName
  /** The internals of Node that `fast` needs and this Node does not have; empty: none, or none is needed. */
  readonly missing: readonly string[]
}

/** Chooses `portable` instead of `fast` where this Node does not have all that `fast` needs. */
export function chooseTransport(
  wanted: TransportName = 'fast',
  findMissing: () => readonly string[] = missingInternals,
): TransportChoice {
  const missing = wanted === 'fast' ? findMissing() : []
  const isFast = wanted === 'fast' && missing.length === 0
  return { transport: isFast ? new FastTransport() : portableTransport, wanted, missing }
}
