import { z } from 'zod'
import { answer, text } from './components.ts'

const provider = answer(
  'Provider',
  z.object({
    id: text,
    label: text,
    dialects: z.array(z.enum(['openai', 'anthropic'])),
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
    plugin: text,
    keyVariables: z.array(text),
    models: z.array(text),
    routes: z.record(text, z.boolean()).nullable(),
    rejectsStreamOptions: z.boolean(),
    limitHeaders: z.array(text),
    countsTogether: text.nullable(),
    auth: z.array(z.enum(['api-key', 'device', 'none'])).describe('how an account can authenticate'),
    needsBaseUrl: z.boolean(),
    deviceRefusal: text.nullable().describe('why a login cannot begin, and what to do instead'),
  }),
)

export const providers = answer('Providers', z.object({ providers: z.array(provider) }))
