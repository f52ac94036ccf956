/** A notification that was sent, or is being sent. */
export interface NoticeMark {
  /** RFC 3339. */
  at: string
  account: string
  metric: string
  window: string
  model: string | null
  percent: number
  /** `told`, or why sending failed; null: in progress, or its process has ended. */
  result: string | null
}
