import { z } from 'zod'
import { route } from '../route.ts'

/** The description of this API. Open to every client, since it reveals nothing about this home. */
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
