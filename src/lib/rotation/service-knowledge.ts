/** What a service said of its models. All times are epoch milliseconds. */
export interface ServiceKnowledge {
  /** Tells this knowledge from that of other accounts; accounts with the same key know the same. */
  readonly key: string
  /** The names in the list that was fetched, aliases included; null: no list is known. */
  readonly listed: ReadonlySet<string> | null
  /** Models that were answered for there. */
  readonly answered: ReadonlyMap<string, number>
}

export const nothingKnown: ServiceKnowledge = {
  key: '',
  listed: null,
  answered: new Map(),
}
