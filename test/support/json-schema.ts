// The part of JSON Schema that the OpenAPI document uses, checked strictly. A field that no schema names is a fault
// too, since no reader could know it.

export type Schema = Record<string, unknown>

/** The faults of a value, each with its path; none: it is as the schema says. */
export function findFaults(schema: Schema, value: unknown, all: Record<string, Schema>, at = '$'): string[] {
  const { $ref: ref } = schema
  if (typeof ref === 'string') {
    const named = all[ref.replace('#/components/schemas/', '')]
    return named === undefined ? [`${at}: there is no ${ref}`] : findFaults(named, value, all, at)
  }
  const options = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
  if (options !== undefined) {
    const tried = options.map((option) => findFaults(option, value, all, at))
    return tried.some((faults) => faults.length === 0) ? [] : tried.flat()
  }
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return [`${at}: not one of the enum`]
  if ('const' in schema && schema.const !== value) return [`${at}: not ${String(schema.const)}`]
  const types = [schema.type ?? []].flat() as string[]
  if (types.length > 0 && !types.some((type) => isType(type, value)))
    return [`${at}: ${JSON.stringify(value)} is no ${types.join(' or ')}`]
  if (schema.format === 'date-time' && typeof value === 'string' && !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value))
    return [`${at}: ${value} is no time`]
  if (Array.isArray(value))
    return value.flatMap((item, index) =>
      findFaults((schema.items ?? {}) as Schema, item, all, `${at}[${index}]`),
    )
  return typeof value === 'object' && value !== null ? faultsOfObject(schema, value, all, at) : []
}

function faultsOfObject(schema: Schema, value: object, all: Record<string, Schema>, at: string): string[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>
  const required = (schema.required ?? []) as string[]
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}: ${name} is missing`)
  const isOpen = schema.properties === undefined
  const others = schema.additionalProperties as Schema | boolean | undefined
  const wrong = Object.entries(value).flatMap(([name, inner]) => {
    const known = properties[name]
    if (known !== undefined) return findFaults(known, inner, all, `${at}.${name}`)
    if (typeof others === 'object') return findFaults(others, inner, all, `${at}.${name}`)
    return isOpen ? [] : [`${at}: nothing says what ${name} is`]
  })
  return [...missing, ...wrong]
}

function isType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}
