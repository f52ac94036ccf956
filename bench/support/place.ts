/** Where a subject runs, and how. */
export interface Place {
  /** A folder of its own. */
  folder: string
  upstreamPort: number
  core: number | null
  /** How many accounts qwenctl has. */
  accounts: number
  /** Whether answers are streams: a reverse proxy must then pass on each part at once. */
  isStream: boolean
}
