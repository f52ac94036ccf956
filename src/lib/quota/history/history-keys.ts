/** The dimensions that history can be shown by. */
export const historyKeys = ['account', 'provider', 'model', 'key', 'job', 'group', 'user', 'all'] as const

export type HistoryKey = (typeof historyKeys)[number]
