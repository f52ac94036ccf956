/** The destinations of an account's requests. Null: the account does not speak the dialect. */
export interface Bases {
  openai: string | null
  anthropic: string | null
  /** Missing: null. */
  gemini?: string | null
}
