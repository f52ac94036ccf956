import { z } from 'zod'
import { answer, text } from './components.ts'

const detail = z.object({
  id: text,
  label: text,
  dialects: z.array(z.enum(['openai', 'anthropic', 'gemini'])),
  endpoints: z.array(
    z.object({
      id: text,
      label: text,
      baseUrl: text.nullable(),
      openai: text.nullable(),
      anthropic: text.nullable(),
      limits: z
        .array(text)
        .nullable()
        .describe("replaces the provider's own; null: the provider's own apply"),
      terms: text.nullable(),
    }),
  ),
  defaultLimits: z.array(text),
  keysUrl: text.nullable().describe('page where people get a key'),
  simulated: z.boolean(),
  terms: text.nullable().describe('what its terms forbid; shown before an account is added'),
  plugin: text.describe('the npm package of the plugin that registered it'),
  kind: z
    .enum(['model', 'http'])
    .describe('model: it serves the formats of `dialects`; http: any API, forwarded unchanged'),
  keyVariables: z.array(text),
  models: z.array(text),
  routes: z
    .record(text, z.boolean())
    .nullable()
    .describe('below the OpenAI base: whether it has the route; a missing one is unknown'),
  rejectsStreamOptions: z.boolean(),
  limitHeaders: z.array(text).describe('response headers that limits are learned from'),
  countsTogether: text.nullable().describe('the keys that it counts together; null: unknown'),
})

const provider = answer(
  'Provider',
  z.object({
    ...detail.shape,
    auth: z.array(z.enum(['api-key', 'device', 'none'])).describe('how an account can authenticate'),
    needsBaseUrl: z.boolean(),
    deviceRefusal: text.nullable().describe('why a login cannot begin, and what to do instead'),
  }),
)

export const providers = answer('Providers', z.object({ providers: z.array(provider) }))

/** A provider in `providers show`. */
export type ProviderDetailView = z.output<typeof detail>
/** A provider over the API. */
export type ProviderAnswer = z.output<typeof provider>
