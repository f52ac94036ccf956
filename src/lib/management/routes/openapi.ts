import { z } from 'zod'
import { route } from '../route.ts'

/** The description of this API; told to everybody, since it says nothing of this home. */
export function openApiRoute(document: () => Record<string, unknown>) {
  return route({
    method: 'GET',
    path: '/api/openapi.json',
    access: 'open',
    summary: 'Describe this API (OpenAPI 3.1)',
    answer: z.record(z.string(), z.unknown()),
    run: async () => document(),
  })
}
