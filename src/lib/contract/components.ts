import { z } from 'zod'

/** Schemas of request bodies, by their name in the OpenAPI document. */
export const bodies = z.registry<{ id: string }>()
/** Schemas of answers, likewise. */
export const answers = z.registry<{ id: string }>()

/** Names the schema of a request body. */
export function body<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  bodies.add(schema, { id })
  return schema
}

/** Names the schema of an answer, or of a shared part. */
export function answer<Schema extends z.ZodType>(id: string, schema: Schema, description?: string): Schema {
  const described = description === undefined ? schema : schema.describe(description)
  answers.add(described, { id })
  return described
}

/** RFC 3339 in UTC. */
export const time = z.iso.datetime()
export const text = z.string()
export const count = z.int().min(0)
