// docs/reference/api.md: the OpenAPI document for people.
import { describeApi } from '../../src/lib/management/describe.ts'
import { code } from './markdown.ts'

interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: string[]
  const?: string | number | boolean
  items?: Schema
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  description?: string
  format?: string
  writeOnly?: boolean
}

interface Operation {
  tags: string[]
  summary: string
  description?: string
  security?: unknown[]
  parameters?: { name: string; in: string; description?: string; schema: Schema }[]
  requestBody?: { content: Content }
  responses: Record<string, { description: string; content: Content }>
}

type Content = Record<string, { schema: Schema }>

interface Document {
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** Every route, by topic. */
export function apiRoutes(): string {
  const { tags, paths } = describeApi() as unknown as Document
  const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  )
  return tags
    .map(({ name, description }) => {
      const own = operations.filter(({ operation }) => operation.tags.includes(name))
      return [`### ${name}`, `${capital(description)}.`, ...own.map(entry)].join('\n\n')
    })
    .join('\n\n')
}

/** Every schema of bodies and answers. */
export function apiSchemas(): string {
  const { components } = describeApi() as unknown as Document
  return Object.entries(components.schemas)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, schema]) =>
      [
        `### ${name}`,
        ...(schema.description === undefined ? [] : [`${capital(schema.description)}.`]),
        fieldList(schema),
      ].join('\n\n'),
    )
    .join('\n\n')
}

function entry({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const { summary, description, security, parameters = [], requestBody, responses } = operation
  const query = parameters.filter((parameter) => parameter.in === 'query')
  const body = requestBody?.content['application/json']?.schema
  const [status = '', success] = Object.entries(responses)[0] ?? []
  const done = Object.entries(responses).find(([key]) => key.startsWith('2')) ?? [status, success]
  const answer = Object.entries(done[1]?.content ?? {})[0]
  const own = Object.entries(responses)
    .filter(([key]) => ['404', '409', '422', '502'].includes(key) && !(key === '422' && body === undefined))
    .map(([key, { description: codes }]) => `${key} ${codes.split(', ').map(code).join(' ')}`)
  const lines = [
    ...query.map(
      ({ name, schema, description: about }) =>
        `- Query ${code(name)}: ${formatType(schema)}${about === undefined ? '' : `; ${about}`}`,
    ),
    ...(body === undefined ? [] : [`- Body: ${formatType(body)}`]),
    `- Answers ${done[0]}: ${answer?.[0] === 'text/event-stream' ? 'a stream of events' : formatType(answer?.[1].schema ?? {})}`,
    ...(own.length === 0 ? [] : [`- Refuses: ${own.join('; ')}`]),
    ...(security === undefined ? [] : ['- Needs no token.']),
  ]
  const words = `${summary}.${description === undefined ? '' : ` ${description}`}`
  return [`**${code(`${method} ${path}`)}**: ${words}`, lines.join('\n')].join('\n\n')
}

function fieldList(schema: Schema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(fieldList).join('\n\nor\n\n')
  if (schema.properties === undefined) return `- ${formatType(schema)}`
  const required = new Set(schema.required)
  return Object.entries(schema.properties)
    .map(([name, field]) => {
      const about = field.description === undefined ? '' : `: ${field.description}`
      return `- ${code(name)}${required.has(name) ? '' : ' (may be missing)'} ${formatType(field)}${about}`
    })
    .join('\n')
}

function formatType(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/components/schemas/', '')
    return `[${name}](#${name.toLowerCase()})`
  }
  if (schema.anyOf !== undefined) return schema.anyOf.map(formatType).join(' or ')
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(', ')
  if (schema.const !== undefined) return code(String(schema.const))
  const types = [schema.type ?? []].flat()
  if (types.length > 1) return types.map((type) => formatType({ ...schema, type })).join(' or ')
  if (schema.type === 'array') return `list of ${formatType(schema.items ?? {})}`
  if (schema.type === 'object' && schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).map(
      ([name, field]) => `${code(name)} ${formatType(field)}`,
    )
    return `{ ${fields.join(', ')} }`
  }
  if (schema.format === 'date-time') return 'time'
  if (schema.type === 'string') return 'text'
  return String(schema.type ?? 'anything')
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
