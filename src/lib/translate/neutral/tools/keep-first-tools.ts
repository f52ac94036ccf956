import type { NeutralRequest } from '../request.ts'

/**
 * Keeps the first of several tools with one name. Services refuse more: "Tool names must be unique"
 * (https://github.com/docker/docker-agent/issues/2251, 2026-11).
 */
export function keepFirstTools(request: NeutralRequest): void {
  const names = new Set<string>()
  const isUnique = request.tools.every(({ name }) => names.size < names.add(name).size)
  if (isUnique) return
  names.clear()
  request.tools = request.tools.filter(({ name }) => {
    const isFirst = !names.has(name)
    if (!isFirst) request.leftOut.push(`tools.${name}`)
    names.add(name)
    return isFirst
  })
}
