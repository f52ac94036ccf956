import { z } from 'zod'
import { answer, text } from './components.ts'

export const errorDocument = answer(
  'Error',
  z.object({
    error: z.object({
      code: text.describe('one of docs/reference/errors.md'),
      message: text,
      hint: text.nullable().describe('how to solve it'),
      field: text.optional().describe('position in the request, such as limits[0]'),
      fields: z
        .array(z.object({ field: text, message: text }))
        .optional()
        .describe('every wrong field of the request; an empty field is the whole body'),
    }),
  }),
)

export type ErrorAnswer = z.output<typeof errorDocument>['error']
