import { z } from 'zod'
import { answer, text } from './components.ts'

export const errorDocument = answer(
  'Error',
  z.object({
    error: z.object({
      code: text.describe('one of docs/reference/errors.md'),
      message: text,
      hint: text.nullable().describe('what to do about it'),
      field: text.optional().describe('where in the request it is, as limits[0]'),
    }),
  }),
)
