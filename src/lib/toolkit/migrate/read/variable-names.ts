// Spellings of the variable for a key. Programs put a prefix of their build tool in front, or leave out parts.

/** Build tools that pass only variables with their prefix to the page (their documentation, read 2026-11-30). */
const PREFIX = /^(?:VITE|REACT_APP|NEXT_PUBLIC|EXPO_PUBLIC|NUXT_PUBLIC|NUXT)_/

/** anything-llm, bolt.diy and older programs of Azure (their `.env.example`, read 2026-11-30). */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/OPEN_AI/, 'OPENAI'],
  [/OPEN_ROUTER/, 'OPENROUTER'],
  [/_(?:AI_)?LLM_API_KEY/, '_API_KEY'],
  [/(?<=^(?:MOONSHOT|NOVITA|NEBIUS))_AI_API_KEY/, '_API_KEY'],
]

/** A key without `API` counts only for the name alone: `OPENAI_KEY`, not `OPENAI_SIGNING_KEY`. */
const WITHOUT_API = /(?<!_API)_KEY(S?)$/

/** The usual name of a variable with another spelling, `OPENAI_API_KEY` for `VITE_OPEN_AI_KEY`. */
export function usualVariable(name: string): string {
  let usual = name.replace(PREFIX, '')
  for (const [pattern, text] of SPELLINGS) usual = usual.replace(pattern, text)
  return usual.replace(WITHOUT_API, '_API_KEY$1')
}

/** The part of a variable before its ending: the variables of its base URL start with it. */
export function variableStem(name: string): string {
  return name.replace(/_(?:LLM_)?(?:API_)?KEYS?$/, '')
}
