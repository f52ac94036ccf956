/** The environment of a subject: its folder, upstream, core and load. */
export interface Place {
  /** A separate folder. */
  folder: string
  upstreamPort: number
  core: number | null
  /** The number of accounts of qwenctl. */
  accounts: number
  /** Whether responses are streams: a reverse proxy must then forward each part at once. */
  isStream: boolean
}
