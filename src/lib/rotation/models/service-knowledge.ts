/** The models that a service reported or answered for. All times are epoch milliseconds. */
export interface ServiceKnowledge {
  /** Identifies this knowledge; accounts with the same key have the same knowledge. */
  readonly key: string
  /** The names in the list that was fetched, aliases included; null: no list is known. */
  readonly listed: ReadonlySet<string> | null
  /** Models that the service has answered for. */
  readonly answered: ReadonlyMap<string, number>
}

export const nothingKnown: ServiceKnowledge = {
  key: '',
  listed: null,
  answered: new Map(),
}
