// The neutral form of a request: what a client asks, in no format's words. Each format has one reader that makes it
// and one writer that expresses it. A value that is null was not asked for.

import type { Json, RawJson } from '../json/raw-json.ts'
import type { ToolName } from '../plan.ts'
import type { Seal } from './seal.ts'
import type { SettingName } from './settings.ts'

export interface NeutralRequest {
  model: string
  isStream: boolean
  /** The client wants the usage of a stream. Only chat completions need to ask for it. */
  wantsUsage: boolean
  turns: Turn[]
  tools: Tool[]
  choice: ToolChoice | null
  /** The model must call one tool at a time. */
  isSerial: boolean
  maxTokens: number | null
  temperature: number | null
  topP: number | null
  stops: string[]
  thinking: Thinking
  output: OutputForm | null
  /** Further wishes, by a common name. A writer leaves out what its format cannot express, or refuses it. */
  settings: Setting[]
  /** Fields that were left out, by reading or by writing. */
  leftOut: string[]
  /** The client's names of its tools, by the names here. */
  names: Map<string, ToolName>
  /** The client's own fields that its answer repeats. */
  echo: Json
  /** The client may name items of the answer by their ids later. */
  isStored?: boolean
}

export interface Turn {
  role: 'system' | 'user' | 'assistant'
  parts: Part[]
  /** The path of the message in the client's request, for refusals. */
  at: string
}

/** Marks the end of a part that a cache should keep: `{"type":"ephemeral"}`, in Anthropic's form. */
export interface CacheMark {
  cache?: unknown
}

export type Part = CacheMark &
  (
    | { kind: 'text'; text: string }
    | { kind: 'refusal'; text: string }
    | { kind: 'image'; source: Source; detail: string | null }
    | { kind: 'document'; source: Source; title: string | null; context: string | null }
    | { kind: 'audio'; data: string; format: string }
    | { kind: 'video'; source: Source }
    /** Thinking in plain words, with the seal that proves it; null: unsigned. */
    | { kind: 'thinking'; text: string; seal: Seal | null }
    | { kind: 'sealed'; seal: Seal }
    | CallPart
    | ResultPart
  ) & { at: string }

/** A call of a tool by the model. `input`: the JSON text of its arguments, or the plain text of a custom tool. */
export interface CallPart {
  kind: 'call'
  id: string
  name: string
  input: string
  isCustom: boolean
  /** The state that the service attached to this call; null: none. */
  seal: Seal | null
}

export interface ResultPart {
  kind: 'result'
  id: string
  /** The tool's name; null: only the call tells it. */
  name: string | null
  parts: Part[]
  isError: boolean
}

/** The place of an image's or document's bytes. */
export type Source =
  | { type: 'base64'; mediaType: string; data: string }
  | { type: 'url'; url: string }
  | { type: 'text'; text: string }

export interface Tool extends CacheMark {
  name: string
  description: string | null
  /** Null: it takes no arguments. */
  schema: RawJson | null
  isStrict: boolean | null
  /** The tool takes plain text, perhaps by a grammar. */
  isCustom: boolean
  /** The grammar of a custom tool, as Responses write it; missing: any text. */
  grammar?: Json
}

/** The tools of a request, and the client's names of them. */
export interface ReadTools {
  tools: Tool[]
  names: Map<string, ToolName>
}

export type ToolChoice =
  { type: 'auto' | 'none' | 'required'; among: ReadonlySet<string> | null } | { type: 'tool'; name: string }

export interface Thinking {
  /** A level by name; `none`: off. Null: not asked for. */
  effort: string | null
  /** Tokens; null: no budget is named. */
  budget: number | null
  /** The model decides itself how much it thinks. */
  isAdaptive: boolean
  /** True: `none` is the default of the client's format, and no wish. */
  isOffByDefault: boolean
  /** The client may see the thinking. */
  isShown: boolean
  /** The client asks to see it. */
  isAskedFor: boolean
  /** The field that asked for it, for refusals. */
  field: string
}

export type OutputForm =
  | { type: 'json' }
  | {
      type: 'schema'
      name: string | null
      schema: RawJson
      description: string | null
      isStrict: boolean | null
    }

/** A wish by its common name; `field` is the client's word for it. */
export interface Setting {
  name: SettingName
  field: string
  value: unknown
}

export const noThinking: Readonly<Thinking> = {
  effort: null,
  budget: null,
  isAdaptive: false,
  isOffByDefault: false,
  isShown: true,
  isAskedFor: false,
  field: 'thinking',
}

/** The user's last words, where a format cannot end with the assistant's. */
export const CONTINUE = 'Continue.'
